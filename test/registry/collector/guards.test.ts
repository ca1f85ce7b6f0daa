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
	storage: { locks: [], marker: "none", brokenLinks: [] },
	isVerified: false,
	deletesUntagged: false,
	children: "kept",
	product: "distribution",
	pass: undefined,
};

function storage(marker: MarkerState, brokenLinks: readonly string[] = []) {
	return { locks: [], marker, brokenLinks };
}

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
	[{ storage: storage("whole") }, ["not known that nothing is missing"]],
	[{ storage: storage("whole"), isVerified: true }, []],
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
	['{"source": "file:///a/"}', "whole"],
])("the marker %s says: %s", (text, state) => {
	expect(markerState(text)).toBe(state);
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
