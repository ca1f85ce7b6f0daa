import { metadataMode } from "../../registry/metadata-mode.ts";
import type { EffectiveSettings } from "../../registry/settings.ts";

/** What is known of where one node keeps its metadata. */
export interface NodeWitness {
	readonly name: string;
	/** What its `database.enabled` says. */
	readonly configured: EffectiveSettings["database"];
	/** What it answers of itself; `undefined`: nothing. */
	readonly header: boolean | undefined;
	/** The name of its database; `undefined`: none is said. */
	readonly database: string | undefined;
}

/** Where a registry keeps its metadata. The reasons are clauses. */
export type MetadataPlace =
	| { readonly place: "storage" }
	| { readonly place: "database"; readonly because: string }
	/** It cannot be cut over as it is. */
	| {
			readonly place: "unclear";
			readonly because: string;
			readonly suggestions: readonly string[];
	  };

/**
 * Where a registry keeps its metadata, by all its nodes and the lock files in its storage.
 *
 * | each node's mode (`metadataMode`)    | configuration             | then     |
 * | ------------------------------------ | ------------------------- | -------- |
 * | one is unclear                       | -                         | unclear: it is being switched, or imported |
 * | not all the same                     | -                         | unclear: some would lose sight of every image |
 * | links                                | -                         | storage  |
 * | database                             | one says nothing of it    | unclear: it cannot be pinned |
 * | database                             | not the same database     | unclear  |
 * | database                             | true or prefer, the same  | database |
 */
export function metadataPlace(
	nodes: readonly NodeWitness[],
	locks: readonly string[],
): MetadataPlace {
	const found = nodes.map((node) => ({
		node,
		metadata: metadataMode({ ...node, locks }),
	}));
	for (const { node, metadata } of found)
		if (metadata.mode === "unclear")
			return unclear(
				`it is not clear where the metadata of ${node.name} are: ${metadata.forLinks}, and ${metadata.forDatabase}`,
				"Most likely an import into a database has begun and has not ended. End it, or undo it, first.",
			);
	const [first] = found;
	const other = found.find(
		({ metadata }) => metadata.mode !== first?.metadata.mode,
	);
	if (first === undefined || other !== undefined)
		return unclear(
			`${first?.node.name} keeps its metadata elsewhere than ${other?.node.name}: one has a database, the other has none`,
			"Configure database.enabled alike on every node first.",
		);
	if (first.metadata.mode !== "database") return { place: "storage" };
	const silent = nodes.find(
		({ configured }) => configured !== "on" && configured !== "prefer",
	);
	if (silent !== undefined)
		return unclear(
			`the metadata of ${silent.name} are in a database (${first.metadata.because}), and its configuration does not say so, as far as it is known here`,
			"Describe the configuration that the registry is started with.",
		);
	const names = new Set(nodes.map(({ database }) => database));
	if (names.size > 1)
		return unclear(
			`its nodes name different databases (${[...names].join(", ")})`,
			"Configure database.dbname alike on every node first.",
		);
	return { place: "database", because: first.metadata.because };
}

function unclear(because: string, suggestion: string): MetadataPlace {
	return { place: "unclear", because, suggestions: [suggestion] };
}
