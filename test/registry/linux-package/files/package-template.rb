## GitLab configuration settings
##! This file is generated during initial installation and **is not** modified
##! during upgrades.

## GitLab URL
##! For more details on configuring external_url see:
##! https://docs.gitlab.com/omnibus/settings/configuration/#configure-the-external-url-for-gitlab
external_url 'https://gitlab.example.com'

## Roles for multi-instance GitLab
# roles ['redis_sentinel_role', 'redis_master_role']

################################################################################
## Container Registry settings
##! Docs: https://docs.gitlab.com/administration/packages/container_registry/
################################################################################

registry_external_url 'https://registry.example.com'

### Settings used by GitLab application
# gitlab_rails['registry_enabled'] = true
# gitlab_rails['registry_host'] = "registry.gitlab.example.com"
# gitlab_rails['registry_port'] = "5005"
# gitlab_rails['registry_path'] = "/var/opt/gitlab/gitlab-rails/shared/registry"

### Settings used by Registry application
# registry['enable'] = true
# registry['registry_http_addr'] = "localhost:5000"
# registry['env'] = {
#   'SSL_CERT_DIR' => "/opt/gitlab/embedded/ssl/certs/"
# }
# registry['http_draintimeout'] = 0

### Registry backend storage
# registry['storage'] = {
#   's3_v2' => {
#     'accesskey' => 's3-access-key',
#     'secretkey' => 's3-secret-key-for-access-key',
#     'bucket' => 'your-s3-bucket',
#     'region' => 'your-s3-region',
#     'regionendpoint' => 'https://your-s3-regionendpoint'
#   },
#   'redirect' => {
#     'disable' => false
#   }
# }

### Registry notifications endpoints
# registry['notifications'] = [
#   {
#     'name' => 'test_endpoint',
#     'url' => 'https://gitlab.example.com/notify2',
#     'timeout' => '500ms',
#     'threshold' => 5
#   }
# ]

################################################################################
## GitLab NGINX
################################################################################
# nginx['enable'] = true
# nginx['client_max_body_size'] = '250m'
