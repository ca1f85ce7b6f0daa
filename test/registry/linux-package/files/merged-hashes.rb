require 'yaml'

external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'

vault = YAML.load_file(File.join(__dir__, 'secrets', 'vault.yml'))
s3_common = { 'region' => 'us-east-1', 'regionendpoint' => 'https://minio.example.com:9000', 'pathstyle' => true }

{ 'registry' => vault['registry'], 'backup' => vault['backup'] }.each_pair do |name, keys|
  s3 = s3_common.merge('bucket' => "gitlab-#{name}", 'accesskey' => keys['id'], 'secretkey' => keys['key'])
  if name == 'registry'
    registry['storage'] = { 's3' => s3 }.merge('redirect' => { 'disable' => true })
  else
    gitlab_rails['backup_upload_connection'] = s3
  end
end
