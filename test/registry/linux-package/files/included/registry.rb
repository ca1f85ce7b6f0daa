registry_external_url 'https://registry.example.com'
registry['storage'] = {
  's3' => { 'bucket' => 'included', 'region' => 'eu-west-1' },
  'maintenance' => { 'uploadpurging' => { 'enabled' => false } }
}
