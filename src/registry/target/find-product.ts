import type { RegistryDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { type Product, parseProduct } from "./product.ts";

/** The names of Distribution's program, as it is and as Debian packages it. */
const USUAL = ["registry", "docker-registry"];

export interface FindProductCall extends Call {
	/** The path of the program that runs, where it is known: it is asked before what is on the PATH. */
	readonly running?: string | undefined;
}

/**
 * Finds out which registry is configured, from what its program or its package says on its host: GitLab's Linux package
 * by its manifest, its chart by `helm list`, Distribution by `--version`. Rejects with a `RegistryError` where that does
 * not tell.
 */
export async function findProduct(
	description: RegistryDescription,
	host: Host,
	call: FindProductCall = {},
): Promise<Product> {
	switch (description.kind) {
		case "linux-package": {
			const manifest = "/opt/gitlab/version-manifest.txt";
			const said = await outputOf(host, ["head", "-n", "1", manifest], call);
			const version = /^gitlab-\S+ (\d+\.\d+\S*)/.exec(said)?.[1];
			if (version === undefined)
				throw untold(`${manifest} on ${host.name} does not say it`);
			return parseProduct(`gitlab ${version}`);
		}
		case "distribution": {
			const [node] = description.nodes;
			const told = node?.program;
			const programs =
				told !== undefined
					? [told]
					: call.running !== undefined
						? [call.running, ...USUAL]
						: USUAL;
			for (const program of programs) {
				const said = await outputOf(host, [program, "--version"], call);
				if (said !== "") return distribution(said, program, host);
			}
			throw untold(`${programs.join(" and ")} cannot be asked on ${host.name}`);
		}
		case "helm": {
			const [node] = description.nodes;
			const { helm = "helm", release = "", namespace = "" } = node ?? {};
			const which = ["--namespace", namespace, "--filter", `^${release}$`];
			const list = ["list", ...which, "--output", "json"];
			// The words of a shell (`helm --kube-context production`).
			const command = ["sh", "-c", `${helm} "$@"`, "sh", ...list] as const;
			const version = gitlabIn(await outputOf(host, command, call));
			if (version === undefined)
				throw untold(
					`the release ${release} is not known to be GitLab's chart`,
				);
			return parseProduct(`gitlab ${version}`);
		}
		case "hooks":
			throw untold(`nothing tells it for the kind ${description.kind}`);
		default:
			return description satisfies never;
	}
}

function distribution(said: string, program: string, host: Host): Product {
	const version = /distribution(?:\/v3)? v?(\d+\.\d+(?:\.\d+)?)(\S*)/.exec(
		said,
	);
	if (version === null || version[2]?.includes("gitlab"))
		throw untold(
			version === null
				? `${program} --version on ${host.name} does not say it`
				: `${program} on ${host.name} is GitLab's registry, and does not say with which GitLab it came`,
		);
	return parseProduct(`distribution ${version[1]}`);
}

/** The version of GitLab in what `helm list` prints of a release; the registry's own chart does not say it. */
function gitlabIn(list: string): string | undefined {
	const isGitlab = /"chart":\s*"gitlab-\d/.test(list);
	return isGitlab
		? /"app_version":\s*"v?(\d+\.\d+[^"]*)"/.exec(list)?.[1]
		: undefined;
}

function untold(because: string): RegistryError {
	return new RegistryError(
		"refused",
		`It is not known which version of which registry is configured: ${because}`,
		{
			suggestions: [
				'Say it: --registry-version "gitlab 18.2" or --registry-version "distribution 3.1.2".',
			],
		},
	);
}

/** What a command prints; "" when it is not there, or fails. */
async function outputOf(
	host: Host,
	command: readonly [string, ...string[]],
	{ signal }: Call,
): Promise<string> {
	try {
		const { code, stdout } = await host.run(command, { signal });
		return code === 0 ? stdout.toString() : "";
	} catch (error) {
		if (error instanceof RegistryError && error.code === "not-found") return "";
		throw error;
	}
}
