import { describe, expect, test } from "vitest";
import { COPY_ORDER, copyRank, isLink } from "../../src/layout/order.ts";
import type { Kind } from "../../src/layout/paths.ts";

const KINDS: readonly Kind[] = [
	"lock",
	"other",
	"blob",
	"layer",
	"signature",
	"revision",
	"index",
	"current",
];

describe("copyRank", () => {
	test.for<[Kind, Kind]>([
		["layer", "blob"],
		["signature", "blob"],
		["revision", "blob"],
		["revision", "layer"],
		["revision", "signature"],
		["index", "revision"],
		["current", "index"],
	])("puts what a %s needs, a %s, below it (I1)", ([kind, needed]) => {
		expect(copyRank(kind)).toBeGreaterThan(copyRank(needed));
	});

	test("gives every kind a rank of the order of copying, and every rank a kind", () => {
		const ranks = new Set(KINDS.map(copyRank));
		expect([...ranks].sort()).toEqual([...COPY_ORDER]);
	});
});

test("isLink › is true of what holds a digest, and of nothing else", () => {
	expect(KINDS.filter(isLink)).toEqual([
		"layer",
		"signature",
		"revision",
		"index",
		"current",
	]);
});
