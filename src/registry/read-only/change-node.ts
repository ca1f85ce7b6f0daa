import type { Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { awaitState } from "./await-state.ts";
import { carryOut } from "./carry-out.ts";
import type { FoundNode } from "./look.ts";
import { listed, namesOf } from "./names.ts";
import type { TurnOptions } from "./turn.ts";

/** Makes a node read-only, and waits until it answers so. Those that served it before may go on. */
export async function changeNode(
	found: FoundNode,
	change: Change,
	options: TurnOptions,
): Promise<void> {
	const { node } = found;
	const { signal, observe } = options;
	await change.write({ signal });
	if (change.files.length > 0) observe({ type: "written", node: node.name });
	await carryOut(change, node, options, signal);
	observe({ type: "activated", node: node.name });
	const { state, because } = await awaitState(
		node,
		"read-only",
		options,
		signal,
	);
	if (state !== "read-only") {
		const after = `${options.timeoutMs / 1000} s after ${shown(change)} had ended`;
		throw state === "unknown"
			? silent(node, after, because)
			: await stillWritable(found, after, because, options);
	}
	observe({ type: "answered", node: node.name, state });
}

function shown({ commands }: Change): string {
	return listed(commands.map((command) => `"${command}"`));
}

function silent(
	{ name, url }: RegistryNode,
	after: string,
	because: string,
): RegistryError {
	return new RegistryError(
		"unproven",
		`the answers of ${name} (${url.origin}) do not tell its state ${after}: ${because}`,
		{ suggestions: ["Look into its log: most likely it does not start."] },
	);
}

/** Why it takes writes although its commands have ended well: they lied, or it is not the one that was asked. */
async function stillWritable(
	{ node, instances }: FoundNode,
	after: string,
	because: string,
	{ signal }: TurnOptions,
): Promise<RegistryError> {
	const { name, url } = node;
	const remaining =
		instances === undefined ? [] : await node.remaining(instances, { signal });
	if (remaining.length > 0)
		return new RegistryError(
			"unproven",
			`${name} (${url.origin}) still takes writes ${after}: ${namesOf(remaining)}, which served it before, ${remaining.length === 1 ? "has" : "have"} not ended, so it was not restarted`,
			{ suggestions: ["Check the command that restarts it."] },
		);
	return new RegistryError(
		"unproven",
		`${name} (${url.origin}) still takes writes ${after}: ${because}`,
		{
			suggestions: [
				"Check that this URL is the node's own, and that no variable of its process (REGISTRY_STORAGE_MAINTENANCE…) goes before its configuration.",
			],
		},
	);
}
