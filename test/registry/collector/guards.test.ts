import { expect, test } from "vitest";
import {
	type CollectionFacts,
	collectionRefusals,
} from "../../../src/registry/collector/guards.ts";
import {
	type MarkerState,
	markerState,
} from "../../../src/registry/collector/storage-look.ts";

const WELL: CollectionFacts = {
	metadata: { mode: "links" },
	storage: {
		identity: "s3://new/",
		locks: [],
		marker: "none",
		brokenLinks: [],
	},
	isVerified: false,
	comparisons: [],
	now: Date.parse("2026-01-02T00:00:00.000Z"),
	deletesUntagged: false,
	children: "kept",
	product: "distribution",
	pass: undefined,
};

function storage(marker: MarkerState, brokenLinks: readonly string[] = []) {
	return { identity: "s3://new/", locks: [], marker, brokenLinks };
}

const WHOLE = storage({ source: "file:///old/", lastPass: "one 3" });
const CLEAN = {
	...{ source: "file:///old/", target: "s3://new/", isEqual: true },
	...{ endedAt: "2026-01-01T00:00:00.000Z", lastPass: "one 3" },
};

const INCOMPLETE = storage({ incomplete: "a part is left out" });
const DATABASE = { mode: "database", because: "it says so" } as const;

test.each<
	readonly [facts: Partial<CollectionFacts>, reasons: readonly string[]]
>([
	[{}, []],
	[{ metadata: DATABASE }, ["in a database, for it says so"]],
	[
		{ metadata: { mode: "unclear", forLinks: "one", forDatabase: "other" } },
		["unclear whether"],
	],
	[{ storage: INCOMPLETE }, ["a part is left out"]],
	[{ storage: INCOMPLETE, isVerified: true }, ["incomplete target"]],
	[{ storage: WHOLE }, ["not known that nothing is missing"]],
	[{ storage: WHOLE, isVerified: true }, []],
	[{ storage: WHOLE, comparisons: [CLEAN] }, []],
	[{ storage: INCOMPLETE, comparisons: [CLEAN] }, ["incomplete target"]],
	[{ storage: undefined }, ["not known where its objects are"]],
	[{ storage: undefined, isVerified: true }, []],
	[{ storage: storage("none", ["a/link"]) }, ["stops at: a/link"]],
	[
		{ storage: storage("none", ["a/link", "b/link"]), product: "gitlab" },
		["passes over, and then deletes"],
	],
	[{ children: "removed" }, []],
	[{ children: "unknown" }, []],
	[{ deletesUntagged: true }, []],
	[{ children: "removed", deletesUntagged: true }, ["a tagged index names"]],
	[{ children: "unknown", deletesUntagged: true }, ["version is not known"]],
	[{ pass: "process 7 on a" }, ["process 7 on a"]],
	[{ pass: "process 7", metadata: DATABASE }, ["in a database", "process 7"]],
])("with %j, what speaks against a collection is %j", (facts, reasons) => {
	const refusals = collectionRefusals({ ...WELL, ...facts });
	expect(refusals.map(({ reason }) => reason)).toEqual(
		reasons.map((reason) => expect.stringContaining(reason)),
	);
	for (const { suggestions } of refusals) expect(suggestions).not.toEqual([]);
});

test.each<readonly [text: string, state: MarkerState]>([
	["{}", "none"],
	["not JSON", "none"],
	['{"source": "file:///a/"}', { source: "file:///a/", lastPass: undefined }],
	[
		'{"source": "file:///a/", "nonce": "one", "pass": 3}',
		{ source: "file:///a/", lastPass: "one 3" },
	],
])("the marker %s says: %s", (text, state) => {
	expect(markerState(text)).toEqual(state);
});

test.each([
	['"writing": {"host": "h", "pid": 1, "since": "s"}', "a pass writes"],
	['"partial": "unreferenced"', "left out a part"],
	['"partial": true', "left out a part"],
	['"unproven": true', "another tool"],
	['"snapshot": true', "a snapshot alone"],
])("a marker with %s says that blobs may be missing", (field, reason) => {
	expect(markerState(`{"source": "file:///a/", ${field}}`)).toEqual({
		incomplete: expect.stringContaining(reason),
	});
});
