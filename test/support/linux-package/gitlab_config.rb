# Evaluates a gitlab.rb as the Linux package does, without Chef: names are those of GitLab's settings, maps take symbols
# for strings and come into being when they are read, but only while a file is evaluated. Source: config_mash.rb,
# settings_dsl.rb and registry.rb of omnibus-gitlab.
module GitlabConfig
  class Mash < Hash
    class << self
      attr_accessor :vivifies
    end

    def initialize(content = {})
      super()
      content.each { |name, value| self[name] = value }
    end

    def [](name)
      value = super(Mash.name_of(name))
      return value if key?(name) || !Mash.vivifies

      self[name] = Mash.new
    end

    def []=(name, value)
      super(Mash.name_of(name), Mash.value_of(value))
    end

    def key?(name)
      super(Mash.name_of(name))
    end

    def delete(name)
      super(Mash.name_of(name))
    end

    def self.name_of(name)
      name.is_a?(Symbol) ? name.to_s : name
    end

    def self.value_of(value)
      case value
      when Mash then value
      when Hash then Mash.new(value)
      when Array then value.map { |item| value_of(item) }
      else value
      end
    end
  end

  # What a file may name. Anything else is a spelling mistake, and fails.
  MAPS = %w[gitlab_rails gitlab_workhorse gitlab_kas gitlab_pages gitaly registry nginx registry_nginx postgresql redis
            puma sidekiq prometheus alertmanager node_exporter letsencrypt logging package manage_accounts
            manage_storage_directories user geo_secondary consul patroni mattermost].freeze
  SCALARS = %w[external_url registry_external_url pages_external_url roles edition git_data_dirs runtime_dir].freeze

  class Context
    def initialize
      @settings = Mash.new
      (MAPS - ['package']).each { |name| @settings[name] = Mash.new }
      @settings['package'] = Mash.new
      SCALARS.each { |name| @settings[name] = nil }
    end

    attr_reader :settings

    def from_file(path)
      from_text(File.read(path), path)
    end

    def from_text(text, name)
      Mash.vivifies = true
      instance_eval(text, name, 1)
    ensure
      # Also where it was true before: a file that has included another one goes on without.
      Mash.vivifies = false
    end

    def node
      { 'fqdn' => 'gitlab.example.com', 'hostname' => 'gitlab' }
    end

    def method_missing(name, *values)
      key = name.to_s.sub(/=\z/, '')
      raise NameError, "#{name} is no setting of GitLab" unless @settings.key?(key)

      values.empty? ? @settings[key] : @settings[key] = values.first
    end

    def respond_to_missing?(name, _private = false)
      @settings.key?(name.to_s) || super
    end
  end

  # As reconfigure takes it: with the defaults that depend on what is set.
  def self.evaluate(path, omnibus_config)
    context = Context.new
    context.from_text(omnibus_config, 'GITLAB_OMNIBUS_CONFIG') if omnibus_config
    context.from_text(File.read(path), path)
    settings = context.settings
    registry = settings['registry']
    registry['enable'] = true if registry['enable'].nil? && settings['registry_external_url']
    parse_registry(settings) if registry['enable']
    without_nil(settings)
  end

  def self.parse_registry(settings)
    registry = settings['registry']
    rails = settings['gitlab_rails']
    rails['registry_path'] ||= "#{rails['shared_path'] || '/var/opt/gitlab/gitlab-rails/shared'}/registry"
    registry['storage_delete_enabled'] = true if registry['storage_delete_enabled'].nil?
    registry['storage'] ||= { 'filesystem' => { 'rootdirectory' => rails['registry_path'] } }
    registry['storage']['cache'] ||= { 'blobdescriptor' => 'inmemory' }
    registry['storage']['delete'] ||= { 'enabled' => registry['storage_delete_enabled'] }
    registry['database'] ||= {}
    registry['database']['enabled'] = 'prefer' if registry['database']['enabled'].nil?
  end

  def self.without_nil(map)
    map.each_with_object({}) do |(name, value), kept|
      next if value.nil?

      kept[name] = value.is_a?(Hash) ? without_nil(value) : value
    end
  end
end
