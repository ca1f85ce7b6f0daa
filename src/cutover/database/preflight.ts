import { BLOBS_PREFIX } from "../../layout/paths.ts";
import { isMap } from "../../registry/configuration-yaml.ts";
import { PAUSED } from "../../registry/meanwhile.ts";
import type { EffectiveSettings } from "../../registry/settings.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import type { CutoverNode, World } from "../world.ts";
import { importsOn } from "./import-process.ts";
import type { NodeWitness } from "./metadata-place.ts";
import { TEST_REPOSITORY } from "./witness.ts";

/** A node, what it is configured to, and what it says of itself. */
export interface LookedAt extends CutoverNode {
	readonly settings: EffectiveSettings;
	readonly header: boolean | undefined;
}

/** What speaks for where a node keeps its metadata. */
export function witnessOf({ node, settings, header }: LookedAt): NodeWitness {
	const { database } = settings.tree;
	const name = isMap(database) ? database.dbname : undefined;
	return {
		name: node.name,
		configured: settings.database,
		header,
		database: typeof name === "string" ? name : undefined,
	};
}

/** Rejects with a `CutoverError` where metadata are being imported into a database on a node's host. */
export async function refuseImports(
	{ node, settings }: LookedAt,
	call: Call,
): Promise<void> {
	// Distribution knows no database.
	if (settings.tree.database === undefined) return;
	const [pid] = await importsOn(node.host, call);
	if (pid === undefined) return;
	throw refused(
		`its metadata are being imported into a database on ${node.host.name} (process ${pid})`,
		["Wait until the import has ended, and the registry uses the database."],
	);
}

/**
 * What a registry with a metadata database needs before anything is changed: blobs in its storage, a repository to push to,
 * nodes that can be configured, and somebody who answers for a backup of the database, for that is where all names of images
 * are, and no storage holds them. What was found is noted. Rejects with a `CutoverError`.
 */
export async function preflightDatabase(
	world: World,
	found: readonly LookedAt[],
	call: Call,
): Promise<void> {
	const { source, database, testRepository, observe } = world;
	if (testRepository === undefined)
		throw refused(
			"its metadata are in a database, so that only a push proves which storage a node uses",
			[TEST_REPOSITORY],
		);
	if (!(await hasBlobs(world, call)))
		throw refused(
			`its metadata are in a database, and there is no blob in ${source.url}`,
			["Name the storage that its configuration names."],
		);
	for (const { node } of found)
		for (const note of (await node.change(PAUSED, call)).notes)
			observe({ type: "note", text: `${node.name}: ${note}` });
	if (database.read() !== undefined) return;
	const acknowledged = await database.acknowledge(call.signal);
	if (acknowledged === undefined)
		throw refused(
			"its metadata are in a database, and nobody has said that a backup of it was made",
			[
				"Make one that you can restore (gitlab-backup, or pg_dump of the registry's database), and say so with --database-backup-made.",
			],
		);
	database.write({
		nodes: found.map(({ node: { name }, settings }) => ({
			name,
			onlineGarbageCollection: settings.onlineGarbageCollection,
		})),
		acknowledged,
	});
}

async function hasBlobs({ source }: World, { signal }: Call): Promise<boolean> {
	for await (const page of source.list({ prefix: BLOBS_PREFIX, signal }))
		if (page.objects.length > 0) return true;
	return false;
}

function refused(reason: string, suggestions: readonly string[]): CutoverError {
	return new CutoverError(
		"refused",
		`The registry cannot be cut over: ${reason}. Nothing was changed`,
		{ suggestions },
	);
}
