import type { RegistryDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";

/** Where the program of GitLab's Linux package is. */
const PACKAGED = "/opt/gitlab/embedded/bin/registry";

/** The names of the program, first by how it is usually installed. */
const USUAL = ["registry", "docker-registry", "/bin/registry"];

/** Throws a `RegistryError` (`refused`) for a node whose registry regmigrate cannot start. */
export function requireStartable(
	description: RegistryDescription,
	name: string,
): void {
	candidatesFor(description, name, undefined);
}

const SCRIPT =
	'for name do command -v "$name" && exit 0; done 2>/dev/null; exit 1';

/**
 * Finds the registry's program on the host of a node: the one that is described, else the one that runs (`running`), else
 * the first of the usual ones that is there. Resolves to its path. Rejects with a `RegistryError`: `refused` where
 * regmigrate cannot know it or start it, `not-found` where it is not there.
 */
export async function findProgram(
	description: RegistryDescription,
	name: string,
	{
		host,
		running,
	}: { readonly host: Host; readonly running?: string | undefined },
	{ signal }: Call = {},
): Promise<string> {
	const candidates = candidatesFor(description, name, running);
	const { code, stdout } = await host.run(
		["sh", "-c", SCRIPT, "sh", ...candidates],
		{ signal },
	);
	const path = stdout.toString().trim();
	if (code === 0 && path.startsWith("/")) return path;
	throw new RegistryError(
		"not-found",
		`Cannot rehearse ${name}: on ${host.name} there is no ${candidates.join(", ")}`,
		{
			suggestions: [
				"Say where the registry's program is: program, in the description of the node.",
			],
		},
	);
}

function candidatesFor(
	description: RegistryDescription,
	name: string,
	running: string | undefined,
): readonly string[] {
	switch (description.kind) {
		case "distribution": {
			const node = description.nodes.find((one) => one.name === name);
			if (node?.program !== undefined) return [node.program];
			return running === undefined ? USUAL : [running];
		}
		case "linux-package":
			return [running ?? PACKAGED];
		case "helm":
			throw refusal(
				name,
				"the registry of a chart runs in pods, and regmigrate starts none there",
				"Rehearse with a registry of the same version on a machine that reaches TARGET: describe it as kind distribution.",
			);
		case "hooks":
			throw refusal(
				name,
				"only its operator's commands are known (kind hooks), and not its configuration",
				"Describe it as kind distribution, with configuration and program, for the rehearsal.",
			);
		default:
			return description satisfies never;
	}
}

function refusal(name: string, because: string, suggestion: string) {
	return new RegistryError("refused", `Cannot rehearse ${name}: ${because}`, {
		suggestions: [suggestion],
	});
}
