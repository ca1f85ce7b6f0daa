import type { ProcessEnvironment } from "../distribution/environment-overrides.ts";
import type { Host } from "../host/host.ts";
import { Fields } from "../kept-file/fields.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";

/** Where the package puts things. They are fixed when the package is built. */
export interface PackagePaths {
	/** Default `/opt/gitlab`. */
	readonly installation: string;
	/** Default `/var/opt/gitlab`. */
	readonly data: string;
}

/** Where the package puts things, unless it was built otherwise. */
export const PACKAGE_PATHS: PackagePaths = {
	installation: "/opt/gitlab",
	data: "/var/opt/gitlab",
};

/** What the service of a registry is started with. */
export interface RegistryService {
	/** The generated `config.yml`. */
	readonly configuration: string;
	/** A folder with a file for each variable of its environment; `undefined`: it has none of its own (up to 14.x). */
	readonly environment: string | undefined;
	/** The program that runs it. */
	readonly program: string;
	/** The user and group that it runs as, as chpst takes them: `registry:registry`; `undefined`: as whoever starts it. */
	readonly user: string | undefined;
}

/**
 * How the registry of a node is started, from the script that starts it: `registry['dir']` moves its folder, and what is
 * configured may not be in force. Rejects with a `RegistryError` (`not-found`) when the package runs no registry there.
 */
export async function readService(
	host: Host,
	{ installation }: PackagePaths,
	call?: Call,
): Promise<RegistryService> {
	const path = `${installation}/sv/registry/run`;
	try {
		return parseRunScript((await readHostFile(host, path, call)).text, path);
	} catch (error) {
		if (!(error instanceof RegistryError && error.code === "not-found"))
			throw error;
		throw new RegistryError(
			"not-found",
			`The Linux package runs no registry on ${host.name}: there is no ${path}`,
			{
				suggestions: [
					"Describe the nodes that run one, by ssh or, in a container, with via: docker exec -i NAME.",
				],
				cause: error,
			},
		);
	}
}

/** Reads a run script of runit. Source: sv-registry-run.erb of omnibus-gitlab. */
export function parseRunScript(script: string, path: string): RegistryService {
	const directory = /^cd (\S+)$/m.exec(script)?.[1];
	const program = /(\S+) serve (\S+)\s*$/m.exec(script);
	if (directory === undefined || program === null)
		throw new RegistryError(
			"refused",
			`Cannot tell from ${path} which configuration the registry is started with`,
		);
	const [, binary = "", configuration = ""] = program;
	return {
		program: binary,
		configuration: configuration.startsWith("/")
			? configuration
			: `${directory}/${configuration.replace(/^\.\//, "")}`,
		environment: /chpst(?: -\S+)*? -e (\S+)/.exec(script)?.[1],
		user: /\s-u (\S+)/.exec(script)?.[1],
	};
}

/**
 * Prints name and value of each variable, which end with a zero byte. An empty file unsets its variable, and only the first
 * line counts. Source: chpst(8).
 */
const ENVIRONMENT_SCRIPT = `
for file in "$1"/REGISTRY_*; do
	[ ! -s "$file" ] || printf '%s\\0%s\\0' "$(basename "$file")" "$(head -n 1 "$file")"
done`;

/** The variables that the registry is started with and that may override its file. All else of its environment is empty. */
export async function readEnvironment(
	host: Host,
	{ environment }: RegistryService,
	{ signal }: Call = {},
): Promise<ProcessEnvironment> {
	if (environment === undefined) return {};
	const { stdout } = await host.run(
		["sh", "-c", ENVIRONMENT_SCRIPT, "sh", environment],
		{ signal },
	);
	const fields = new Fields(stdout);
	const variables: [string, string][] = [];
	for (let name = fields.next(); name !== ""; name = fields.next())
		variables.push([name, fields.next()]);
	return Object.fromEntries(variables);
}

/** Whether Docker's image is told by its environment how the registry stores; what `gitlab.rb` says goes before it. */
export async function isStorageInEnvironment(
	host: Host,
	{ signal }: Call = {},
): Promise<boolean> {
	const script =
		'case "$GITLAB_OMNIBUS_CONFIG" in *registry*storage*) echo yes ;; esac';
	const { stdout } = await host.run(["sh", "-c", script], { signal });
	return stdout.toString().trim() === "yes";
}
