import { expect, test } from "vitest";
import { parseDuration } from "../../src/cli/duration.ts";

test.each([
	["90s", 90_000],
	["2m", 120_000],
	["1h30m", 5_400_000],
	["0s", 0],
	["2", undefined],
	["m", undefined],
	["2 m", undefined],
	["-2m", undefined],
	["1.5m", undefined],
	["2d", undefined],
	["", undefined],
])("parseDuration › reads %j as %s ms", (text, duration) => {
	expect(parseDuration(text)).toBe(duration);
});
