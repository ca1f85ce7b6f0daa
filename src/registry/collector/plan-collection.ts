import type { RegistryDescription } from "../description.ts";
import type { Call, RegistryNode } from "../node.ts";
import type { RegistryVersion } from "../probe/registry-version.ts";
import { type FlushResult, flushDescriptorCaches } from "../redis/flush.ts";
import { RegistryError } from "../registry-error.ts";
import {
	type CollectorWishes,
	type FoundCollector,
	findCollector,
} from "./collector-command.ts";
import { childrenVerdict, linksRead } from "./collector-version.ts";
import { type ConfiguredNode, lookAtStorage, metadataOf } from "./facts.ts";
import { collectionRefusals } from "./guards.ts";
import type { NotedComparison } from "./noted-comparison.ts";
import { findSchedules, scheduleNotes } from "./schedules.ts";

export interface PlanOptions extends CollectorWishes {
	/** What a node says of itself. */
	readonly askVersion: (
		node: RegistryNode,
		call: Call,
	) => Promise<RegistryVersion>;
	/** Whether the operator says that nothing of a migration is missing. */
	readonly isVerified: boolean;
	/** What is noted of comparisons of a storage, by its identity. */
	readonly comparisonsOf: (identity: string) => readonly NotedComparison[];
	/** Whether it is agreed that others use the same Redis. */
	readonly isSharedAccepted: boolean;
	/** Who makes a pass on this machine; `undefined`: nobody. */
	readonly pass: string | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** A collection that nothing speaks against. */
export interface CollectionPlan {
	readonly collector: FoundCollector;
	/** What the operator should know: sentences. */
	readonly notes: readonly string[];
	/** What the registry remembers of blobs in Redis, counted; `undefined`: nothing. */
	readonly remembered: FlushResult | undefined;
	/** Deletes that. */
	readonly flush: () => Promise<FlushResult | undefined>;
}

/**
 * Works out how a registry's garbage is collected, and whether it may be (`guards.ts`). Changes nothing. Rejects with a
 * `RegistryError`: `refused` with all that speaks against it.
 */
export async function planCollection(
	description: RegistryDescription,
	nodes: readonly RegistryNode[],
	options: PlanOptions,
): Promise<CollectionPlan> {
	const { signal, askVersion, isSharedAccepted } = options;
	const [first] = nodes;
	if (first === undefined) throw new Error("A registry has a node");
	const collector = await findCollector(description, first, options, {
		signal,
	});
	const configured = await Promise.all(
		nodes.map(async (node): Promise<ConfiguredNode> => {
			const settings = await node.settings({ signal });
			return { node, settings, version: await askVersion(node, { signal }) };
		}),
	);
	const { version } = collector;
	const storage = await lookAtStorage(configured, linksRead(version), {
		signal,
	});
	const refusals = collectionRefusals({
		...options,
		storage,
		comparisons:
			storage?.identity === undefined
				? []
				: options.comparisonsOf(storage.identity),
		now: Date.now(),
		metadata: metadataOf(configured, storage),
		children: childrenVerdict(version ?? gitlabVersion(configured)),
		product: version?.product,
	});
	if (refusals.length > 0)
		throw new RegistryError(
			"refused",
			`Cannot collect the registry's garbage: ${refusals.map(({ reason }) => reason).join("; ")}`,
			{
				suggestions: [
					...new Set(refusals.flatMap(({ suggestions }) => suggestions)),
				],
			},
		);
	const { settings } = configured[0] ?? {};
	const flush = async (isDryRun: boolean) =>
		settings === undefined
			? undefined
			: await flushDescriptorCaches(settings, {
					...{ host: first.host, isDryRun, isSharedAccepted },
					signal: isDryRun ? signal : undefined,
				});
	return {
		collector,
		notes: (
			await Promise.all(
				nodes.map(async ({ name, host }) =>
					scheduleNotes(name, await findSchedules(host, { signal })),
				),
			)
		).flat(),
		// Before anything is changed it is known whether it can be reached, and whether somebody else uses it.
		remembered: await flush(true),
		flush: async () => await flush(false),
	};
}

/** Where the program is not known, GitLab's registry tells its version itself. */
function gitlabVersion(configured: readonly ConfiguredNode[]) {
	const version = configured[0]?.version.gitlabVersion;
	return version === undefined
		? undefined
		: ({ product: "gitlab", version } as const);
}
