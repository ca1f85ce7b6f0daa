external_url 'https://gitlab.example.com'
from_file File.join(__dir__, 'included', 'mail.rb')
registry_external_url 'https://registry.example.com'
