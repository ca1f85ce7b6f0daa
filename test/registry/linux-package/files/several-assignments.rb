external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
roles ['application_role']

registry['enable'] = true
registry['dir'] = '/srv/gitlab/registry'
registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/registry-old' } }
registry['storage'] = {
  'swift' => {
    'username' => 'registry', 'password' => ENV['SWIFT_PASSWORD'], 'authurl' => 'https://swift.example.com/v3',
    'container' => 'registry', 'region' => 'fr' }
}
registry['storage']['redirect'] = { 'disable' => false, 'exceptions' => ['/internal/**'] }
registry['storage']['cache']['blobdescriptor'] = 'inmemory'
registry['middleware'] = { 'storage' => [{ 'name' => 'cloudfront', 'options' => { 'baseurl' => 'https://cdn.example.com/' } }] }
registry['database'] = {
  'enabled' => false,
  'host' => 'db.example.com',
  'password' => ENV['REGISTRY_DB_PASSWORD']
}
