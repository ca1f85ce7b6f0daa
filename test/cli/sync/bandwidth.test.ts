import { describe, expect, test } from "vitest";
import { parseBandwidth } from "../../../src/cli/sync/bandwidth.ts";
import { UsageError } from "../../../src/cli/usage-error.ts";

/** A rate in KiB a second. */
function at(text: string, time: string): number {
	const rate = parseBandwidth(text);
	const bytes = typeof rate === "number" ? rate : rate(new Date(time));
	return bytes / 1024;
}

// 2026-01-31 is a Saturday.
const SATURDAY = "2026-01-31T";
const SUNDAY = "2026-02-01T";
const MONDAY = "2026-02-02T";

describe("--bwlimit", () => {
	test.each([
		["512", 512],
		["512k", 512],
		["512Ki", 512],
		["512KiB", 512],
		["1.5M", 1536],
		["2g", 2 * 1024 * 1024],
		["2048B", 2],
		["off", Number.POSITIVE_INFINITY],
		["0", Number.POSITIVE_INFINITY],
	])("%s is %d KiB a second", (text, expected) => {
		expect(at(text, `${SATURDAY}12:00`)).toBe(expected);
	});

	test.each([
		["07:59", Number.POSITIVE_INFINITY],
		["08:00", 512],
		["11:59", 512],
		["12:00", 10 * 1024],
		["18:30", 30 * 1024],
		["23:00", Number.POSITIVE_INFINITY],
	])("of a timetable, at %s: %d", (time, expected) => {
		const table = "08:00,512k 12:00,10M 18:00,30M 23:00,off";
		expect(at(table, SATURDAY + time)).toBe(expected);
		expect(at(table.replaceAll(" ", ";"), SUNDAY + time)).toBe(expected);
	});

	test.each([
		[`${SATURDAY}11:00`, 7],
		[`${SATURDAY}12:00`, 3],
		[`${SUNDAY}23:59`, 3],
		[`${MONDAY}07:59`, 3],
		[`${MONDAY}08:00`, 7],
	])("of days, at %s: %d", (time, expected) => {
		expect(at("Sat-12:00,3 monday-08:00,7", time)).toBe(expected);
	});

	test.each([
		"",
		"fast",
		"10X",
		"-1M",
		"10M:1M",
		"08:00 512k",
		"8:00,512k",
		"24:00,512k",
		"08:60,512k",
		"Foo-08:00,512k",
		"08:00,512k 12:00",
		"08:00,512k,1M",
		",",
	])("cannot be %j, and says so in one sentence", (text) => {
		expect(() => parseBandwidth(text)).toThrow(UsageError);
		expect(() => parseBandwidth(text)).toThrow(/^--bwlimit cannot be "[^\n]+$/);
	});
});
