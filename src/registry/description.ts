/** How a node's host is reached: as by `Host`. All left out: this machine. */
export interface HostDescription {
	/** A destination of ssh (`root@registry-2`), with the operator's own ssh configuration. */
	readonly ssh?: string | undefined;
	/** A command that runs the one that follows it elsewhere, word by word: `["docker", "exec", "-i", "gitlab"]`. */
	readonly via?: readonly string[] | undefined;
}

/** What all nodes have. */
interface NodeDescription extends HostDescription {
	readonly name: string;
	/** Where the node itself answers. */
	readonly url: URL;
	/** Prints the ids of the processes that serve, one a line, where they cannot be found by who listens. A shell line. */
	readonly processes?: string | undefined;
}

/** A node whose `config.yml` is edited: Distribution, or GitLab's registry built from source. */
export interface DistributionDescription extends NodeDescription {
	/** Path of `config.yml` on the host. */
	readonly configuration: string;
	/** Makes a changed configuration effective. A shell line. */
	readonly restart: string;
	/** Collects garbage and rehearses; the registry's program on the host: `registry`, `docker-registry`. */
	readonly program?: string | undefined;
}

/** Where GitLab's Linux package is configured, unless a description says otherwise. */
export const GITLAB_RB = "/etc/gitlab/gitlab.rb";

/** A node of GitLab's Linux package. */
export interface LinuxPackageDescription extends NodeDescription {
	/** Default `GITLAB_RB`. */
	readonly configuration?: string | undefined;
	/** Default `gitlab-ctl`. */
	readonly gitlabCtl?: string | undefined;
}

/** A release of GitLab's chart, or of its registry chart. */
export interface HelmDescription extends NodeDescription {
	readonly release: string;
	readonly namespace: string;
	/** As `helm upgrade` takes it: `gitlab/gitlab`. */
	readonly chart: string;
	/** Where the registry's values begin: `registry` in GitLab's chart. Default `registry`; "" in the registry's own. */
	readonly valuesPrefix?: string | undefined;
	/** A folder into which the change is written for Git, to be brought into force by others; default: `helm upgrade`. */
	readonly emitTo?: string | undefined;
	/** Default `helm` and `kubectl`. */
	readonly helm?: string | undefined;
	readonly kubectl?: string | undefined;
}

/** A node of which only the operator knows how it is changed. Shell lines. */
export interface HooksDescription extends NodeDescription {
	readonly readOnly: string;
	readonly readWrite: string;
	/** Switches the storage to the target; it is still read-only then. */
	readonly switch?: string | undefined;
	/** Undoes `switch`. */
	readonly switchBack?: string | undefined;
	readonly restart?: string | undefined;
	readonly drain?: string | undefined;
	/**
	 * Collects garbage. It is given `--dry-run` and `--delete-untagged`, where they are asked for, as its arguments (`"$@"`),
	 * and has the collector do the same.
	 */
	readonly collect?: string | undefined;
	/** Exits with 0 when the node is well. */
	readonly health?: string | undefined;
	/** The configuration in force, printed as `config.yml`; without it nothing is known of it. */
	readonly showConfiguration?: string | undefined;
}

/** How a registry is installed: all its nodes are of one kind. */
export type RegistryDescription =
	| {
			readonly kind: "distribution";
			readonly nodes: readonly DistributionDescription[];
	  }
	| {
			readonly kind: "linux-package";
			readonly nodes: readonly LinuxPackageDescription[];
	  }
	| { readonly kind: "helm"; readonly nodes: readonly HelmDescription[] }
	| { readonly kind: "hooks"; readonly nodes: readonly HooksDescription[] };
