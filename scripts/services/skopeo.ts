import { requireTool } from "./find-tool.ts";
import { runCommand } from "./run-command.ts";

/** Runs skopeo without a signature policy and answers what it printed; throws with its complaint when it fails. */
export async function skopeo(
	skopeoArguments: readonly string[],
	signal?: AbortSignal,
): Promise<string> {
	const { path } = await requireTool("skopeo");
	const result = await runCommand(
		path,
		["--insecure-policy", ...skopeoArguments],
		{ signal },
	);
	if (result.exitCode === 0) return result.stdout;
	throw new Error(
		`skopeo ${skopeoArguments.join(" ")} failed with exit code ${result.exitCode}: ${result.stderr.trim()}`,
	);
}
