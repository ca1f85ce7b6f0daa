external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'

if node['fqdn'].start_with?('gitlab-primary')
  registry['storage'] = {
    'gcs' => { 'bucket' => 'primary-registry', 'keyfile' => '/etc/gitlab/gcs.json' }
  }
elsif node['fqdn'] == 'gitlab.example.com'
  registry['storage'] = {
    'gcs' => {
      'bucket' => 'example-registry',
      'keyfile' => '/etc/gitlab/gcs.json',
      'rootdirectory' => '/gitlab'
    },
    'delete' => { 'enabled' => false }
  }
end

gitaly['enable'] = true
gitlab_rails['time_zone'] = 'UTC'
