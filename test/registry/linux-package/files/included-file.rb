external_url 'https://gitlab.example.com'

# One file for each service, put there by Ansible.
Dir[File.join(__dir__, 'included', 'reg*.rb')].sort.each { |file| from_file(file) }

gitlab_rails['gitlab_default_theme'] = 2
