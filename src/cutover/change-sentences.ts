import type { Change } from "../registry/node.ts";

/** What a change of a node would do, if there is one: sentences. Never a secret. */
export function changeSentences(
	node: string,
	change: Change | undefined,
): readonly string[] {
	if (change === undefined) return [];
	const { files, commands } = change;
	return [
		...files.map(({ path }) => `Would write ${path} (${node}).`),
		...commands.map((line) => `Would run ${line} (${node}).`),
	];
}
