import { describe, expect, test } from "vitest";
import {
	formatFindings,
	formatMissed,
	missedOf,
} from "../../scripts/bench/missed.ts";

const MOVED = new Map([
	["a/current/link", "newer"],
	["b/current/link", "older"],
	["c/current/link", "kept"],
] as const);

describe("what a tool missed", () => {
	test("is nothing where nothing was found", () => {
		expect(missedOf([], MOVED)).toBeUndefined();
		expect(formatMissed(undefined)).toBe("nothing");
	});

	test("is told by the time stamps of the links of moved tags", () => {
		const missed = missedOf(
			[
				{ key: "b/current/link", kind: "different" },
				{ key: "c/current/link", kind: "different" },
			],
			MOVED,
		);
		expect(missed?.tags).toEqual({ newer: 0, older: 1, kept: 1 });
		expect(formatMissed(missed)).toBe(
			"1 moved tag, time stamp older than the object; 1 moved tag, time stamp the same as before",
		);
	});

	test("counts other objects, and gives some examples", () => {
		const findings = Array.from({ length: 7 }, (_, index) => ({
			key: `blob-${index}`,
			kind: "missing" as const,
		}));
		const missed = missedOf(findings, MOVED);
		expect(missed?.examples).toHaveLength(5);
		expect(formatMissed(missed)).toBe("7 other objects");
		expect(formatFindings(findings)).toBe("7 missing");
	});
});
