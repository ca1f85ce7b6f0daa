# encoding: utf-8
external_url 'https://gitlab.example.com' # Grüße aus Köln
registry_external_url 'https://registry.example.com'

=begin
registry['storage'] = { 's3' => { 'bucket' => 'from-a-consultant' } }
# BEGIN regmigrate
=end

nginx['custom_gitlab_server_config'] = <<~NGINX
  # BEGIN regmigrate
  location /old { return 410; }
  # END regmigrate
NGINX

# registry['storage'] = { 'filesystem' => { 'rootdirectory' => '/srv/old' } }
registry[:storage] = { filesystem: { rootdirectory: <<~PATH.strip, maxthreads: 100 } }
  /srv/registry
PATH

registry['notifications'] = [
  {
    'name' => 'geo_event',
    'url' => 'https://geo.example.com/api/v4/container_registry_event/events',
    'threshold' => 5,
    'headers' => { 'Authorization' => [ENV.fetch('GEO_TOKEN', 'test-geo-token')] }
  }
]

__END__
registry['storage'] = { 's3' => { 'bucket' => 'a note that nobody reads' } }
# BEGIN regmigrate
