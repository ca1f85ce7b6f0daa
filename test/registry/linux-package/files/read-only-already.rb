external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'

# Migration, see the wiki. DO NOT FORGET to take this out again!
registry['storage'] = {
  'filesystem' => { 'rootdirectory' => "/mnt/nfs/registry" },
  'maintenance' => {
    'readonly' => {
      'enabled' => true
    }
  }
}
