import { isMap } from "../configuration-yaml.ts";
import type { Host } from "../host/host.ts";
import { readHostFiles } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { mapOf, type Tree } from "../tree.ts";
import type { PackagePaths } from "./installation.ts";

/** What the last reconfigure did, as far as it left notes of it. Secrets inside (I7). */
export interface LastReconfigure {
	/** See `Evidence`. */
	readonly inForce: Tree | undefined;
	readonly reconfiguredAt: number | undefined;
	/** Whether the package was upgraded since: the next reconfigure brings that into force, with its migrations. */
	readonly isUpgraded: boolean;
}

/**
 * What an evaluation put aside (`show-config.ts`) and could not put back, since it was ended in between, goes back, unless
 * there was a reconfigure since. The words of the script: where the package is, and its data.
 */
export const PUT_BACK = `
nodes=$1/embedded/nodes aside=$1/embedded/nodes.regmigrate stamp=$2/public_attributes.json
back() { [ ! -d "$aside" ] || { rm -rf "$nodes" && mv "$aside" "$nodes"; }; }
if [ "$stamp" -nt "$aside" ] && [ -d "$nodes" ]; then rm -rf "$aside"; else back; fi`;

/**
 * `nodes/*.json` is what Chef saved, and is there only until somebody runs show-config; `public_attributes.json` is
 * written at the end of each reconfigure that succeeds. A reconfigure copies the version of the package. Source:
 * handlers/gitlab.rb and gitlab-rails.rb of omnibus-gitlab.
 */
const SCRIPT = `
${PUT_BACK}
rails=$2/gitlab-rails/VERSION package=$1/embedded/service/gitlab-rails/VERSION
if [ -f "$rails" ] && [ -f "$package" ] && ! cmp -s "$rails" "$package"; then echo upgraded; else echo; fi
cat "$(ls -t "$nodes"/*.json 2>/dev/null | head -n 1)" 2>/dev/null || :`;

/** Reads what the last reconfigure left. What is not there, or not as expected, is `undefined`. */
export async function readLastReconfigure(
	host: Host,
	{ installation, data }: PackagePaths,
	call: Call = {},
): Promise<LastReconfigure> {
	const { stdout } = await host.run(
		["sh", "-c", SCRIPT, "sh", installation, data],
		{ signal: call.signal },
	);
	const [upgraded = "", ...node] = stdout.toString().split("\n");
	const stamp = `${data}/public_attributes.json`;
	const [stamped] = await readHostFiles(host, [stamp], call);
	return {
		inForce: parseNode(node.join("\n")),
		reconfiguredAt: stamped?.lastModified,
		isUpgraded: upgraded !== "",
	};
}

/** The settings of a saved node. One that show-config left has none: it knows nothing of GitLab. */
export function parseNode(text: string): Tree | undefined {
	try {
		const node: unknown = JSON.parse(text);
		const { normal, override } = mapOf(node);
		const settings = mapOf(normal);
		if (settings.gitlab === undefined) return undefined;
		// What gitlab-cluster.json says is kept apart, and show-config prints it with the rest.
		return overlay(settings, mapOf(override));
	} catch {
		// Not there, or not whole: as good as none.
		return undefined;
	}
}

function overlay(below: Tree, above: Tree): Tree {
	const result: Record<string, unknown> = { ...below };
	for (const [name, value] of Object.entries(above))
		result[name] = isMap(value) ? overlay(mapOf(below[name]), value) : value;
	return result;
}
