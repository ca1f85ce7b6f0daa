import { expect, test } from "vitest";
import { requireSamePlace } from "../../src/registry/same-place.ts";

test.each([
	["on", false, "to do without a metadata database"],
	["prefer", false, undefined],
	["off", false, undefined],
	[undefined, false, undefined],
	["on", true, undefined],
	["prefer", true, undefined],
	["off", true, "to use a metadata database"],
	[undefined, true, "to use a metadata database"],
	["on", undefined, undefined],
	["off", undefined, undefined],
] as const)(
	"a registry whose database is %s, and is asked to be %s: %s",
	(configured, asked, refusal) => {
		const act = () =>
			requireSamePlace({ database: asked }, { database: configured }, "r1");
		if (refusal === undefined) act();
		else expect(act).toThrow(refusal);
	},
);
