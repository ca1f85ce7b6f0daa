import { describe, expect, test } from "vitest";
import { parseUntil } from "../../../src/cli/sync/until.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

const NOW = new Date("2026-01-31T22:30:15");

describe("--until", () => {
	test.each([
		["23:00", "2026-01-31T23:00:00"],
		["22:30", "2026-02-01T22:30:00"],
		["06:00", "2026-02-01T06:00:00"],
		["6:00", "2026-02-01T06:00:00"],
		["2026-02-03T06:00", "2026-02-03T06:00:00"],
		["2026-02-03 06:00:30", "2026-02-03T06:00:30"],
		["2026-02-03T06:00Z", "2026-02-03T06:00:00Z"],
		["1h30m", "2026-02-01T00:00:15"],
	])("%s is %s", (text, expected) => {
		expect(parseUntil(text, NOW)).toEqual(new Date(expected));
	});

	test.each([
		"",
		"six",
		"25:00",
		"06:60",
		"2026-02-31T99:00",
		"2026-02-03",
		"7",
		"99999999999h",
	])("cannot be %j", (text) => {
		expect(() => parseUntil(text, NOW)).toThrow(UsageError);
		expect(() => parseUntil(text, NOW)).toThrow(`cannot be "${text}"`);
	});

	test("cannot lie in the past", () => {
		expect(() => parseUntil("2026-01-31T22:00", NOW)).toThrow(
			"--until 2026-01-31T22:00 is in the past",
		);
	});
});
