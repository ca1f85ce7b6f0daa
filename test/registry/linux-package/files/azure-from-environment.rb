external_url ENV.fetch('GITLAB_EXTERNAL_URL', 'https://gitlab.example.com')
registry_external_url ENV.fetch('REGISTRY_EXTERNAL_URL', 'https://registry.example.com')

registry["storage"] = {
  "azure" => {
    "accountname" => "exampleregistry",
    "accountkey" => ENV["AZURE_ACCOUNT_KEY"],
    "container" => "registry",
    "trimlegacyrootprefix" => true
  }
}
registry["env"] = {
  "SSL_CERT_DIR" => "/opt/gitlab/embedded/ssl/certs/",
  "HTTPS_PROXY" => "http://proxy.example.com:3128"
}
