import { expect, test } from "vitest";
import {
	isKnownWhole,
	type NotedComparison,
} from "../../../src/registry/collector/noted-comparison.ts";

const DAY = 86_400_000;
const NOW = Date.parse("2026-02-01T00:00:00.000Z");
const CLEAN: NotedComparison = {
	...{ source: "file:///old/", target: "s3://new/", isEqual: true },
	...{ endedAt: new Date(NOW - 30 * DAY).toISOString(), lastPass: "one 3" },
};
const TARGET = {
	...{ identity: "s3://new/", source: "file:///old/", lastPass: "one 3" },
};
const UNCOMPARED = { ...CLEAN, source: undefined, isEqual: undefined };

test.each<[string, readonly NotedComparison[], boolean]>([
	["there is none", [], false],
	["it is clean", [CLEAN], true],
	["it found something", [{ ...CLEAN, isEqual: false }], false],
	["it did so later", [CLEAN, { ...CLEAN, isEqual: false }], false],
	["it was mended since", [{ ...CLEAN, isEqual: false }, CLEAN], true],
	["blobs alone were read since", [CLEAN, UNCOMPARED], true],
	["it is another source's", [{ ...CLEAN, source: "file:///x/" }], false],
	["it is another target's", [{ ...CLEAN, target: "s3://x/" }], false],
	["a pass was since", [{ ...CLEAN, lastPass: "one 2" }], false],
	[
		"it is older",
		[{ ...CLEAN, endedAt: new Date(NOW - 31 * DAY).toISOString() }],
		false,
	],
	[
		"it is in time to come",
		[{ ...CLEAN, endedAt: new Date(NOW + 1).toISOString() }],
		false,
	],
])("where %s, that nothing is missing is known: %#", (_, noted, isKnown) => {
	expect(isKnownWhole(noted, TARGET, NOW)).toBe(isKnown);
});

test("it is not known where the marker does not tell its pass, nor of a target that is not known", () => {
	const untold = { ...TARGET, lastPass: undefined };
	const noted = { ...CLEAN, lastPass: undefined };
	expect(isKnownWhole([noted], untold, NOW)).toBe(false);
	const unknown = { ...TARGET, identity: undefined };
	expect(isKnownWhole([CLEAN], unknown, NOW)).toBe(false);
});
