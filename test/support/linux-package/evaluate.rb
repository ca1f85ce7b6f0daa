# Prints what the gitlab.rb of the first argument configures, as JSON.
require 'json'
require_relative 'gitlab_config'

puts JSON.generate(GitlabConfig.evaluate(ARGV.fetch(0), ENV['GITLAB_OMNIBUS_CONFIG']))
