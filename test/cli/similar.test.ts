import { expect, test } from "vitest";
import { mostSimilar } from "../../src/cli/similar.ts";

const COMMANDS = ["sync", "verify", "rollback", "report"];

test.for([
	["snyc", "sync"],
	["syn", "sync"],
	["sycn", "sync"],
	["synch", "sync"],
	["verfy", "verify"],
	["veryfi", "verify"],
	["roll-back", "rollback"],
	["ver", "verify"],
	["rep", "report"],
	["sync", "sync"],
	["s", undefined],
	["copy", undefined],
	["migrate", undefined],
	["", undefined],
] as const)("mostSimilar › takes %j for %s", ([word, expected]) => {
	expect(mostSimilar(word, COMMANDS)).toBe(expected);
});
