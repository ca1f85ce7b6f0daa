import { endingOf, NO_SUCH_PROGRAM, noSuchProgram } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { mapOf, type Tree } from "../tree.ts";
import type { PackagePaths } from "./installation.ts";
import { PUT_BACK } from "./last-reconfigure.ts";

/** How long an evaluation of the whole configuration may take (ms); it takes ten seconds or so. */
const TIMEOUT_MS = 5 * 60_000;

/**
 * Evaluates the configuration without changing anything. The real command begins with `rm -rf /opt/gitlab/embedded/nodes`
 * and leaves there a node without attributes: what was in force at the last reconfigure is gone then, for our comparison
 * (`pending.ts`) and for commands such as pg-upgrade. So the folder is put aside and back.
 */
const SCRIPT = `
${PUT_BACK}
trap back EXIT
trap 'exit 143' HUP INT TERM
[ ! -d "$nodes" ] || { mv "$nodes" "$aside" && touch "$aside"; }
$3 show-config`;

/**
 * What the next reconfigure would configure, evaluated by GitLab itself: with the defaults that depend on what is set, and
 * with secrets (I7). Rejects with a `RegistryError` when it cannot be evaluated: `failed`, `not-found`.
 */
export async function showConfig(
	host: Host,
	{ installation, data }: PackagePaths,
	gitlabCtl: string,
	{ signal }: Call = {},
): Promise<Tree> {
	const words = [installation, data, gitlabCtl];
	const { code, stdout } = await host.run(
		["sh", "-c", SCRIPT, "sh", ...words],
		{
			signal,
			timeoutMs: TIMEOUT_MS,
		},
	);
	const configuration =
		code === 0 ? parseConfiguration(stdout.toString()) : undefined;
	if (configuration !== undefined) return configuration;
	if (code === NO_SUCH_PROGRAM)
		throw noSuchProgram(gitlabCtl, `on ${host.name}`, {
			suggestions: ["Describe the node with gitlabCtl: its full path."],
		});
	// What it says of a mistake may quote the file.
	throw new RegistryError(
		"failed",
		`Cannot evaluate the configuration of GitLab on ${host.name}: ${gitlabCtl} show-config ${code === 0 ? "printed no configuration" : endingOf(code)}`,
		{
			suggestions: [
				`Run ${gitlabCtl} show-config there as root: it says what is wrong.`,
			],
		},
	);
}

/** The JSON in what the command printed; Chef and gitlab.rb may print before it. */
export function parseConfiguration(printed: string): Tree | undefined {
	const start = /^\{/m.exec(printed)?.index;
	if (start === undefined) return undefined;
	const end = printed.lastIndexOf("}") + 1;
	try {
		const value: unknown = JSON.parse(printed.slice(start, end));
		return mapOf(value);
	} catch {
		// Cut off, or something else in braces: it is no configuration.
		return undefined;
	}
}
