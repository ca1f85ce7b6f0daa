# Docker image: all that matters is in GITLAB_OMNIBUS_CONFIG, see docker-compose.yml.
