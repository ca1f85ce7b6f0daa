import { LOCKS_PREFIX } from "../layout/paths.ts";
import { metadataMode } from "../registry/metadata-mode.ts";
import { probeIdentity } from "../registry/probe/probe-identity.ts";
import { askVersion } from "../registry/probe/registry-version.ts";
import type { EffectiveSettings } from "../registry/settings.ts";
import { switchBlockers } from "../registry/target/blockers.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { CutoverError } from "./cutover-error.ts";
import type { Call } from "./step.ts";
import type { CutoverNode, World } from "./world.ts";

/** Refuses what is known to go wrong, on every node. Changes nothing. */
export async function preflight(world: World, call: Call): Promise<void> {
	const locks = await lockNames(world.source, call);
	for (const node of world.nodes) await look(node, locks, world, call);
}

async function look(
	{ node, client }: CutoverNode,
	locks: readonly string[],
	world: World,
	call: Call,
): Promise<void> {
	const { turn, source } = world;
	const refuse = (reason: string, suggestions: readonly string[]) =>
		new CutoverError(
			"refused",
			`${node.name} cannot be cut over: ${reason}. Nothing was changed`,
			{ suggestions },
		);
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
	const { database } = await askVersion(client, call);
	const metadata = metadataMode({
		configured: settings.database,
		header: database,
		locks,
	});
	if (metadata.mode !== "links")
		throw refuse(
			metadata.mode === "database"
				? `its metadata are in a database (${metadata.because})`
				: `it is not clear where its metadata are: ${metadata.forLinks}, and ${metadata.forDatabase}`,
			[
				"Registries with a metadata database cannot be cut over by this version.",
			],
		);
	const [blocker] = switchBlockers(settings, world.settings);
	if (blocker !== undefined)
		throw refuse(blocker.message.replace(/\.$/, ""), blocker.suggestions);
	const { identity, because, suggestions } = await probeIdentity(
		client,
		source,
		call,
	);
	if (identity !== "same")
		throw refuse(
			`it is not known to serve ${source.url}: ${because}`,
			suggestions,
		);
	// What cannot be configured is refused here, while nothing depends on it.
	for (const change of [{ readOnly: true }, switched(settings, world)])
		for (const note of (await node.change(change, call)).notes)
			world.observe({ type: "note", text: `${node.name}: ${note}` });
}

/** What a node is configured to when it is switched, still read-only. */
export function switched(
	{ database }: Pick<EffectiveSettings, "database">,
	{ settings }: Pick<World, "settings">,
) {
	return {
		...settings,
		readOnly: true,
		// Where a database is preferred, a storage that looks new would be taken for one (registry/metadata-mode.ts).
		database: database === undefined ? undefined : (false as const),
	};
}

/** What a node is configured to. A cutover needs to know it. */
export async function settingsOf(
	node: CutoverNode["node"],
	call: Call,
): Promise<EffectiveSettings> {
	const settings = await node.settings(call);
	if (settings !== undefined) return settings;
	throw new CutoverError(
		"refused",
		`It is not known what ${node.name} is configured to`,
	);
}

async function lockNames(
	source: ObjectStore,
	{ signal }: Call,
): Promise<readonly string[]> {
	const names: string[] = [];
	for await (const page of source.list({ prefix: LOCKS_PREFIX, signal })) {
		for (const { error } of page.unreadable) throw error;
		names.push(
			...page.objects.map(({ key }) => key.slice(LOCKS_PREFIX.length)),
		);
	}
	return names;
}
