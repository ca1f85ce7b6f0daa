import azurite from "./azurite/package.json" with { type: "json" };

/** The programs that tests, demo and benchmark can use. */
export type ToolName =
	| "minio"
	| "versitygw"
	| "radosgw"
	| "registry-3"
	| "registry-2"
	| "skopeo"
	| "ruby"
	| "redis"
	| "helm"
	| "fake-gcs-server"
	| "azurite";

/** A program built by `go install`, once for each version. */
interface GoSource {
	readonly kind: "go";
	/** The main package to build. */
	readonly package: string;
	/** A version that never moves. */
	readonly version: string;
	/** How long the first build takes on a small machine, in words. */
	readonly buildTime: string;
}

/** A program from Debian packages; its version is the distribution's. */
interface DebianSource {
	readonly kind: "debian";
	readonly packages: readonly string[];
}

/** A program from npm, with a manifest and a lock of its own. */
interface NpmSource {
	readonly kind: "npm";
	/** Beside this file; it holds package.json and package-lock.json. */
	readonly folder: string;
	readonly version: string;
	/** How long the first installation takes on a small machine, in words. */
	readonly installTime: string;
}

/** One program: what it is, how to recognise it, where it comes from. */
export interface Tool {
	readonly name: ToolName;
	/** What people call it. */
	readonly product: string;
	/** The name of its executable. */
	readonly binary: string;
	/** What makes it print its version; default `--version`. */
	readonly versionArguments?: readonly string[] | undefined;
	/** Finds its version (first group) in what it prints then; another program of that name does not match. */
	readonly versionPattern: RegExp;
	/** What no test can show without it; completes "not covered: ". */
	readonly covers: string;
	readonly source: GoSource | DebianSource | NpmSource;
}

/** Every program, in the order in which they are reported. A new one is a new row here, and its name above. */
export const TOOLS: readonly Tool[] = [
	{
		name: "minio",
		product: "MinIO",
		binary: "minio",
		versionPattern: /^minio version (\S+)/m,
		covers: "signatures, checksums and conditional writes",
		source: {
			kind: "go",
			package: "github.com/minio/minio",
			version: "v0.0.0-20260212201848-7aac2a2c5b7c",
			buildTime: "about three minutes",
		},
	},
	{
		name: "versitygw",
		product: "VersityGW",
		binary: "versitygw",
		// A build by `go install` calls itself "git".
		versionPattern: /^Version\s+: (\S+)$/m,
		covers: "an S3 server over a folder, of another make",
		source: {
			kind: "go",
			package: "github.com/versity/versitygw/cmd/versitygw",
			version: "v1.8.0",
			buildTime: "about a minute",
		},
	},
	{
		name: "radosgw",
		product: "Ceph radosgw",
		binary: "radosgw",
		versionPattern: /^ceph version (\S+)/m,
		covers: "Ceph's object storage",
		source: {
			kind: "debian",
			packages: ["radosgw", "ceph-mon", "ceph-osd", "ceph-common"],
		},
	},
	{
		name: "registry-3",
		product: "Distribution",
		binary: "registry",
		versionPattern: /distribution\/v3 v?(3\.[^\s+]+)/,
		covers: "a registry of the third generation",
		source: {
			kind: "go",
			package: "github.com/distribution/distribution/v3/cmd/registry",
			version: "v3.1.2",
			buildTime: "about a minute and a half",
		},
	},
	{
		name: "registry-2",
		product: "docker-registry",
		binary: "docker-registry",
		versionPattern: /docker\/distribution v?(2\.[^\s+]+)/,
		covers: "a registry of the second generation",
		source: { kind: "debian", packages: ["docker-registry"] },
	},
	{
		name: "skopeo",
		product: "skopeo",
		binary: "skopeo",
		versionPattern: /^skopeo version (\S+)/m,
		covers: "pushes and pulls by skopeo",
		source: { kind: "debian", packages: ["skopeo"] },
	},
	{
		name: "ruby",
		product: "Ruby",
		binary: "ruby",
		versionPattern: /^ruby (\S+)/m,
		covers: "GitLab's Linux package, whose configuration is Ruby",
		source: { kind: "debian", packages: ["ruby"] },
	},
	{
		name: "redis",
		product: "Redis",
		binary: "redis-server",
		versionPattern: /^Redis server v=(\S+)/m,
		covers: "what registries remember of blobs in Redis",
		source: { kind: "debian", packages: ["redis-server"] },
	},
	{
		name: "helm",
		product: "Helm",
		binary: "helm",
		versionArguments: ["version", "--short"],
		versionPattern: /^v(3\.\d+\S*)$/m,
		covers: "GitLab's chart",
		source: {
			kind: "go",
			package: "helm.sh/helm/v3/cmd/helm",
			version: "v3.22.0",
			buildTime: "about three minutes",
		},
	},
	{
		name: "fake-gcs-server",
		product: "fake-gcs-server",
		binary: "fake-gcs-server",
		// It cannot say its version; this is how it refuses to.
		versionPattern: /not defined: -version\nUsage of fake-gcs-server:()/,
		covers: "Google Cloud Storage",
		source: {
			kind: "go",
			package: "github.com/fsouza/fake-gcs-server",
			version: "v1.56.1",
			buildTime: "about a minute and a half",
		},
	},
	{
		name: "azurite",
		product: "Azurite",
		binary: "azurite-blob",
		versionPattern: /^(\d+\.\d+\.\d+)$/m,
		covers: "Azure Blob Storage",
		source: {
			kind: "npm",
			folder: "azurite",
			version: azurite.dependencies.azurite,
			installTime: "about a minute",
		},
	},
];

/** The row of one program. */
export function toolNamed(name: ToolName): Tool {
	const tool = TOOLS.find((row) => row.name === name);
	if (tool === undefined)
		throw new Error(`The tool table has no row for ${name}`);
	return tool;
}
