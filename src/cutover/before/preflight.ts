import { probeIdentity } from "../../registry/probe/probe-identity.ts";
import { askVersion } from "../../registry/probe/registry-version.ts";
import { switchBlockers } from "../../registry/target/blockers.ts";
import { guardDistinct, guardSource, guardTarget } from "../../sync/guards.ts";
import { readMarker } from "../../sync/marker.ts";
import type { Call } from "../course/step.ts";
import { CutoverError } from "../cutover-error.ts";
import { metadataPlace } from "../database/metadata-place.ts";
import {
	type LookedAt,
	preflightDatabase,
	refuseImports,
	witnessOf,
} from "../database/preflight.ts";
import { lockNames } from "../lock-files.ts";
import { settingsOf, switched } from "../node-settings.ts";
import type { CutoverNode, CutoverWorld } from "../world.ts";
import { otherStorage } from "./other-storage.ts";

/** Refuses what is known to go wrong, on every node. Changes nothing. */
export async function preflight(
	world: CutoverWorld,
	call: Call,
): Promise<void> {
	await guardPlaces(world, call);
	const found: LookedAt[] = [];
	for (const node of world.nodes) found.push(await look(node, world, call));
	const locks = await lockNames(world.source, call);
	for (const node of found) await refuseImports(node, call);
	const metadata = metadataPlace(found.map(witnessOf), locks);
	switch (metadata.place) {
		case "unclear":
			throw new CutoverError(
				"refused",
				`The registry cannot be cut over: ${metadata.because}. Nothing was changed`,
				{ suggestions: metadata.suggestions },
			);
		case "database":
			await preflightDatabase(world, found, call);
			break;
		case "storage":
			for (const node of found) await requireIdentity(node, world, call);
			break;
		default:
			metadata satisfies never;
	}
	// What cannot be configured is refused here, while nothing depends on it.
	for (const { node, settings } of found)
		for (const change of [{ readOnly: true }, switched(settings, world)])
			for (const note of (await node.change(change, call)).notes)
				world.observe({ type: "note", text: `${node.name}: ${note}` });
}

/** Before a rehearsal writes there: the passes that come after it refuse the same. */
async function guardPlaces(
	{ source, target }: CutoverWorld,
	{ signal }: Call,
): Promise<void> {
	guardDistinct(source, target);
	await guardSource(source, signal);
	const marker = await readMarker(target, signal);
	await guardTarget(source, target, marker, signal);
}

function refusal(
	{ node }: CutoverNode,
	reason: string,
	suggestions: readonly string[],
): CutoverError {
	return new CutoverError(
		"refused",
		`${node.name} cannot be cut over: ${reason}. Nothing was changed`,
		{ suggestions },
	);
}

async function look(
	one: CutoverNode,
	world: CutoverWorld,
	call: Call,
): Promise<LookedAt> {
	const { node, client } = one;
	const { turn } = world;
	const refuse = (reason: string, suggestions: readonly string[]) =>
		refusal(one, reason, suggestions);
	const probed = await turn.probe(node, call);
	const kept = turn.keeper
		.read()
		?.nodes.find(({ url }) => url === node.url.origin);
	if (probed.state === "unknown")
		throw refuse(probed.because, probed.suggestions);
	if (probed.state === "read-only" && kept?.found !== "writable")
		throw refuse("it is read-only, and was not made so from here", [
			"Make it take writes again: a cutover makes it read-only itself, and ends with a registry that takes writes.",
		]);
	const settings = await settingsOf(node, call);
	const other = otherStorage(settings.storage.driver, world.source.url);
	if (other !== undefined)
		throw refuse(
			`it is configured to another storage than ${world.source.url}, by its driver ${other}: it may have been cut over already`,
			[
				"Name the storage that it is configured to as the source. To go back to a former one, run rollback with the --state-directory of its cutover.",
			],
		);
	const [blocker] = switchBlockers(settings, world.settings);
	if (blocker !== undefined)
		throw refuse(blocker.message.replace(/\.$/, ""), blocker.suggestions);
	const { database } = await askVersion(client, call);
	return { ...one, settings, header: database };
}

/** Refuses a registry whose tags are not those of the source. */
async function requireIdentity(
	one: CutoverNode,
	{ source }: CutoverWorld,
	call: Call,
): Promise<void> {
	const { identity, because, suggestions } = await probeIdentity(
		one.client,
		source,
		call,
	);
	if (identity !== "same")
		throw refusal(
			one,
			`it is not known to serve ${source.url}: ${because}`,
			suggestions,
		);
}
