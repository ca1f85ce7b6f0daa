external_url "https://gitlab.example.com"
registry_external_url "https://gitlab.example.com:5050"

secrets = File.join(__dir__, 'secrets')

registry['storage'] = {
  's3' => {
    'accesskey' => File.read("#{secrets}/registry-access-key").strip,
    'secretkey' => File.read("#{secrets}/registry-secret-key").strip, # rotated every quarter
    'bucket' => 'gitlab-registry',
    'region' => 'eu-central-1',
    'encrypt' => true,
    'chunksize' => 52428800
  },
  'redirect' => { 'disable' => true },
  'cache' => { 'blobdescriptor' => 'redis' },
  'maintenance' => {
    'uploadpurging' => { 'enabled' => true, 'age' => '72h', 'interval' => '12h', 'dryrun' => false }
  }
}
registry['redis'] = { 'addr' => '10.0.0.3:6379', 'password' => File.read("#{secrets}/redis-password").strip }
