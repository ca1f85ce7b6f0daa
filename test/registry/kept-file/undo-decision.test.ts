import { expect, test } from "vitest";
import { decideUndo } from "../../../src/registry/kept-file/undo-decision.ts";

test.each([
	["no original is kept", "w", undefined, false, "nothing"],
	["the file is the original", "o", "o", false, "nothing"],
	[
		"the file is the original, which once lacked something",
		"o",
		"o",
		true,
		"nothing",
	],
	["the file is what we wrote", "w", "o", false, "original"],
	["the file is what we were about to write", "n", "o", false, "original"],
	["the original lacks what is somebody's", "w", "o", true, "own-keys"],
	["somebody has changed the file", "x", "o", false, "own-keys"],
] as const)("%s", (_, current, original, isMixed, decision) => {
	const hashes = { current, original, written: "w", next: "n", isMixed };
	expect(decideUndo(hashes)).toBe(decision);
});

test("what we never wrote is not the file", () => {
	const hashes = { written: undefined, next: undefined, isMixed: false };
	expect(decideUndo({ current: "x", original: "o", ...hashes })).toBe(
		"own-keys",
	);
});
