external_url 'https://gitlab.example.com'
registry_external_url 'https://registry.example.com'
gitlab_rails['registry_path'] = "/mnt/storage/registry"
registry['storage_delete_enabled'] = false
