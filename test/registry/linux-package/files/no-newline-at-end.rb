registry_external_url "https://registry.example.com"
nginx["client_max_body_size"] = "250m"

puts_nothing = [1, 2].map do |n|
  n + 1
end; gitlab_rails["lfs_enabled"] = puts_nothing.any?