import { PAUSED } from "../../registry/meanwhile.ts";
import { metadataMode } from "../../registry/metadata-mode.ts";
import { probeIdentity } from "../../registry/probe/probe-identity.ts";
import { askVersion } from "../../registry/probe/registry-version.ts";
import { messageOf, suggestionsOf } from "../../store/thrown.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import { metadataPlace } from "../database/metadata-place.ts";
import { type LookedAt, witnessOf } from "../database/preflight.ts";
import { TEST_REPOSITORY } from "../database/witness.ts";
import { lockNames } from "../lock-files.ts";
import { settingsOf } from "../node-settings.ts";
import type { CutoverNode } from "../world.ts";
import { requireUnchanged } from "./require-unchanged.ts";
import type { RollbackWorld } from "./rollback-world.ts";

/**
 * Refuses what is known to go wrong: a node that does not serve the target, or whose configuration of before is not kept;
 * an old source that somebody else has changed. Of the registry it changes nothing.
 */
export async function preflight(
	world: RollbackWorld,
	call: Call,
): Promise<void> {
	const found: LookedAt[] = [];
	for (const node of world.nodes) found.push(await look(node, world, call));
	if (world.database.read() !== undefined)
		await requireDatabase(found, world, call);
	await requireUnchanged(world, call);
}

/**
 * Of a registry whose metadata were in a database when it was cut over: they have to be so still, and what is needed to
 * prove which storage its nodes use has to be there. The database itself stays as it is.
 */
async function requireDatabase(
	found: readonly LookedAt[],
	{ source, testRepository, observe }: RollbackWorld,
	call: Call,
): Promise<void> {
	const refuse = (reason: string, suggestions: readonly string[]) =>
		new CutoverError(
			"refused",
			`The registry cannot be rolled back: ${reason}. Nothing was changed`,
			{ suggestions },
		);
	const metadata = metadataPlace(
		found.map(witnessOf),
		await lockNames(source, call),
	);
	if (metadata.place === "unclear")
		throw refuse(metadata.because, metadata.suggestions);
	if (metadata.place === "storage")
		throw refuse(
			"its metadata were in a database when it was cut over, and are so no more",
			["Configure the database again that it had."],
		);
	if (testRepository === undefined)
		throw refuse(
			"its metadata are in a database, so that only a push proves which storage a node uses",
			[TEST_REPOSITORY],
		);
	for (const { node } of found)
		for (const note of (await node.change(PAUSED, call)).notes)
			observe({ type: "note", text: `${node.name}: ${note}` });
	observe({
		type: "note",
		text: "The metadata are in a database, which stays as it is: only blobs are copied back.",
	});
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
	const { mode } = metadataMode({
		...{ configured: settings.database, header, locks: [] },
	});
	if (mode === "database" && world.database.read() === undefined)
		throw refuse(
			"its metadata are in a database by now, which its configuration of before does not know",
			[
				"Nothing leads back from the database: the links in the storage do not say what was pushed since.",
			],
		);
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
