import { probeWrites } from "../registry/probe/probe-writes.ts";
import { watchWrites } from "../registry/probe/watch-writes.ts";
import type { WriteState } from "../registry/probe/write-state.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";
import type { World } from "./world.ts";

/**
 * Probes every node while something is done, and once more when it is done. Gives that up, and rejects with a
 * `CutoverError` (`writable`), when one takes writes: whatever was proven of the source since may not be so any more. A node
 * that answers nothing may be restarting.
 */
export async function watched(
	{ nodes, repository }: Pick<World, "nodes" | "repository">,
	act: (call: Call) => Promise<void>,
	{ signal }: Call,
): Promise<void> {
	const seen = new AbortController();
	const ended = new AbortController();
	const look = (node: string, state: WriteState) => {
		if (state.state === "writable") seen.abort(writable(node, state));
	};
	const watch = watchWrites(
		nodes.map(({ node, client }) => ({ name: node.name, client, repository })),
		{
			signal: ended.signal,
			observe: ({ node, state }) => look(node, state),
		},
	);
	try {
		await act({
			signal:
				signal === undefined
					? seen.signal
					: AbortSignal.any([signal, seen.signal]),
		});
	} finally {
		ended.abort();
		await watch;
		// What was short may have been done, or have failed for that very reason, before the first probe.
		if (signal?.aborted !== true && !seen.signal.aborted)
			for (const { node, client } of nodes)
				look(node.name, await probeWrites(client, { repository, signal }));
		seen.signal.throwIfAborted();
	}
}

function writable(node: string, { because }: WriteState): CutoverError {
	return new CutoverError(
		"writable",
		`${node} takes writes again in the middle of the window: ${because}`,
		{
			suggestions: [
				"Keep configuration management (Puppet, Chef, Ansible) and other administrators from it until the cutover has ended.",
			],
		},
	);
}
