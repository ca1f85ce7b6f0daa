import { messageOf } from "../../store/thrown.ts";
import type { Call, RegistryNode } from "../node.ts";
import type { RegistryVersion } from "../probe/registry-version.ts";
import type { WriteState } from "../probe/write-state.ts";
import { type FoundState, type ReadOnlyRecord, recordOf } from "./record.ts";
import type { Probe } from "./turn.ts";

/** In which state a registry is as a whole. */
export type OverallState = FoundState | "mixed" | "unknown";

/** What one node is configured to and what it answers. What could not be found out is `undefined`, and why is in `problems`. */
export interface NodeStatus {
	readonly name: string;
	readonly url: string;
	readonly configured: FoundState | undefined;
	readonly probed: WriteState;
	/** GitLab's, which alone tells it. */
	readonly version: string | undefined;
	/** Where its metadata are, as it says itself. */
	readonly metadata: "database" | "links" | undefined;
	/** Those that serve, as people call them. */
	readonly instances: readonly string[] | undefined;
	/** What it was before it was made read-only from here. */
	readonly found: FoundState | undefined;
	/** Sentences without their full stop. */
	readonly problems: readonly string[];
}

/** In which state a registry is, as a whole and node by node. */
export interface RegistryStatus {
	readonly state: OverallState;
	readonly nodes: readonly NodeStatus[];
}

/** How nodes are asked. */
export interface StatusOptions extends Call {
	readonly probe: Probe;
	readonly askVersion: (
		node: RegistryNode,
		call: Call,
	) => Promise<RegistryVersion>;
	readonly record: ReadOnlyRecord | undefined;
}

/** Finds out in which state a registry is. Changes nothing; rejects only when cancelled. */
export async function registryStatus(
	nodes: readonly RegistryNode[],
	options: StatusOptions,
): Promise<RegistryStatus> {
	const statuses = await Promise.all(
		nodes.map((node) => nodeStatus(node, options)),
	);
	const states = statuses.map(({ probed }) => probed.state);
	return { state: overallState(states), nodes: statuses };
}

/**
 * The state of a registry from those of its nodes.
 *
 * | nodes                     | registry  |
 * | ------------------------- | --------- |
 * | one is unknown            | unknown   |
 * | all are read-only         | read-only |
 * | all are writable          | writable  |
 * | some are, and some are not | mixed    |
 */
export function overallState(
	states: readonly WriteState["state"][],
): OverallState {
	const kinds = new Set(states);
	if (kinds.has("unknown") || kinds.size === 0) return "unknown";
	if (kinds.size > 1) return "mixed";
	return kinds.has("read-only") ? "read-only" : "writable";
}

async function nodeStatus(
	node: RegistryNode,
	{ probe, askVersion, record, signal }: StatusOptions,
): Promise<NodeStatus> {
	const problems: string[] = [];
	const tried = async <T>(ask: Promise<T>): Promise<T | undefined> => {
		try {
			return await ask;
		} catch (error) {
			signal?.throwIfAborted();
			problems.push(messageOf(error));
			return undefined;
		}
	};
	const probed = await probe(node, { signal });
	const [settings, instances, version] = await Promise.all([
		tried(node.settings({ signal })),
		tried(node.instances({ signal })),
		// Who does not answer the probe does not answer this either.
		probed.state === "unknown"
			? undefined
			: tried(askVersion(node, { signal })),
	]);
	const configured =
		settings === undefined
			? undefined
			: settings.readOnly
				? "read-only"
				: "writable";
	if (
		configured !== undefined &&
		probed.state !== "unknown" &&
		probed.state !== configured
	)
		problems.push(
			`It is configured to be ${configured}, and is ${probed.state}: it was not restarted since, a variable goes before its configuration, or another registry answers at its URL`,
		);
	return {
		name: node.name,
		url: node.url.origin,
		configured,
		probed,
		version: version?.gitlabVersion,
		metadata:
			version?.database === undefined
				? undefined
				: version.database
					? "database"
					: "links",
		instances: instances?.map(({ name }) => name),
		found: recordOf(record, node)?.found,
		// A host that cannot be reached is the same trouble for each question.
		problems: [...new Set(problems)],
	};
}
