import { expect, test } from "vitest";
import {
	metadataPlace,
	type NodeWitness,
} from "../../../src/cutover/database/metadata-place.ts";

const node = (
	name: string,
	configured: NodeWitness["configured"],
	header?: boolean,
	database?: string,
): NodeWitness => ({ name, configured, header, database });

const FILES = ["filesystem-in-use"];
const DATABASE = ["database-in-use"];

test.each<[string, readonly NodeWitness[], readonly string[], string, string?]>(
	[
		["Distribution's", [node("a", undefined)], [], "storage"],
		["without one", [node("a", "off", false)], FILES, "storage"],
		[
			"which would prefer one, and is locked",
			[node("a", "prefer")],
			FILES,
			"storage",
		],
		["with one", [node("a", "on", true, "r")], DATABASE, "database"],
		["with one, and no lock file", [node("a", "on")], [], "database"],
		[
			"which prefers one, on a storage without lock files",
			[node("a", "prefer")],
			[],
			"database",
		],
		[
			"which prefers one and has it",
			[node("a", "prefer", true)],
			DATABASE,
			"database",
		],
		[
			"with both lock files",
			[node("a", "on")],
			[...FILES, ...DATABASE],
			"unclear",
			"not clear where the metadata of a are",
		],
		[
			"whose import has begun",
			[node("a", "on")],
			FILES,
			"unclear",
			"not clear",
		],
		[
			"whose import has ended, and which is not switched",
			[node("a", "off")],
			DATABASE,
			"unclear",
			"not clear",
		],
		[
			"of which one node was switched",
			[node("a", "on"), node("b", "off")],
			[],
			"unclear",
			"a keeps its metadata elsewhere than b",
		],
		[
			"which has one that it is not configured to",
			[node("a", undefined, true)],
			[],
			"unclear",
			"does not say so",
		],
		[
			"whose nodes have two",
			[node("a", "on", true, "one"), node("b", "on", true, "two")],
			[],
			"unclear",
			"(one, two)",
		],
		[
			"of two nodes with the same one",
			[node("a", "on", true, "one"), node("b", "prefer", true, "one")],
			[],
			"database",
		],
	],
)("a registry %s", (_, nodes, locks, place, because = "") => {
	const found = metadataPlace(nodes, locks);
	expect(found.place).toBe(place);
	expect("because" in found ? found.because : "").toContain(because);
});
