import { probeIdentity } from "../../registry/probe/probe-identity.ts";
import { askVersion } from "../../registry/probe/registry-version.ts";
import { messageOf, suggestionsOf } from "../../store/thrown.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { LookedAt } from "../database/preflight.ts";
import { requireFenceRecord } from "../fence/fence-source.ts";
import { settingsOf } from "../node-settings.ts";
import type { CutoverNode } from "../world.ts";
import { requireMetadata } from "./require-metadata.ts";
import { requireUnchanged } from "./require-unchanged.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/**
 * Refuses what is known to go wrong: a node that does not serve the target, or whose configuration of before is not kept;
 * an old source that somebody else has changed, or that cannot be given back what its fence took. Of the registry it changes nothing.
 */
export async function preflight(
	world: RollbackWorld,
	call: Call,
): Promise<void> {
	requireFenceRecord({
		source: world.oldSource,
		fencePath: world.unfencePath,
	});
	const found: LookedAt[] = [];
	for (const node of world.nodes) found.push(await look(node, world, call));
	await requireMetadata(found, world, call);
	await requireUnchanged(world, call);
}

async function look(
	one: CutoverNode,
	world: RollbackWorld,
	call: Call,
): Promise<LookedAt> {
	const { node, client } = one;
	const { source, turn, destination, observe } = world;
	const refuse = (reason: string, suggestions: readonly string[]) =>
		new CutoverError(
			"refused",
			`${node.name} cannot be brought back: ${reason}. Nothing was changed`,
			{ suggestions },
		);
	const probed = await turn.probe(node, call);
	if (probed.state === "unknown")
		throw refuse(probed.because, probed.suggestions);
	const settings = await settingsOf(node, call);
	const { database: header } = await askVersion(client, call);
	const { identity, because, suggestions } = await probeIdentity(
		client,
		source,
		call,
	);
	if (identity === "another")
		throw refuse(`it does not serve ${source.url}: ${because}`, suggestions);
	const change = await destination
		.closed(node, call)
		.catch((error: unknown) => {
			call.signal?.throwIfAborted();
			throw refuse(messageOf(error), suggestionsOf(error));
		});
	for (const note of change.notes)
		observe({ type: "note", text: `${node.name}: ${note}` });
	return { ...one, settings, header };
}
