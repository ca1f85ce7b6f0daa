import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { UnknownRanges } from "../../src/layout/unknown-ranges.ts";

describe("unknown ranges", () => {
	it.each([
		["a/b/", "a/b/c", true],
		["a/b/", "a/b/c/d", true],
		["a/b/", "a/b-c", false],
		["a/b/", "a/bc/d", false],
		["a/b/", "a", false],
		["a/b", "a/b", true],
		["a/b", "a/b/c", true],
		["a/b", "a/bc", false],
	])("%j covers %j: %j", (prefix, key, isCovered) => {
		const ranges = new UnknownRanges();
		ranges.add(prefix);
		expect(ranges.covers(key)).toBe(isCovered);
	});

	it("cover everything they were given, however few of them are kept apart", () => {
		const component = fc.constantFrom("a", "b", "c");
		const prefixes = fc.array(
			fc.array(component, { minLength: 1, maxLength: 4 }),
			{ minLength: 1 },
		);
		fc.assert(
			fc.property(prefixes, fc.integer({ min: 1, max: 5 }), (all, most) => {
				const ranges = new UnknownRanges(most);
				for (const path of all) ranges.add(`${path.join("/")}/`);
				for (const path of all)
					expect(ranges.covers(`${path.join("/")}/x`)).toBe(true);
			}),
		);
	});
});
