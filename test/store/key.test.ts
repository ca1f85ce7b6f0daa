import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys, keyProblem } from "../../src/store/key.ts";

/** Characters around the places where the orders of UTF-16 units and of UTF-8 bytes differ. */
const edge = fc.constantFrom(
	..." -./0a~",
	"\u007F",
	"\u0080",
	"\u07FF",
	"\u0800",
	"\uD7FF",
	"\uE000",
	"\uFFFD",
	"\uFFFF",
	"\u{10000}",
	"\u{1F600}",
	"\u{10FFFF}",
);
const key = fc.oneof(
	fc.array(edge, { maxLength: 6 }).map((parts) => parts.join("")),
	fc.string({ unit: "binary", maxLength: 10 }),
);

const byBytes = (left: string, right: string) =>
	Math.sign(Buffer.compare(Buffer.from(left), Buffer.from(right)));

describe("the order of keys", () => {
	test("is that of their UTF-8 bytes", () => {
		// Pairs that share a beginning differ where it matters.
		const pairs = fc
			.tuple(key, key, key)
			.map(([shared, left, right]) => [shared + left, shared + right] as const);
		fc.assert(
			fc.property(pairs, ([left, right]) => {
				expect(Math.sign(compareKeys(left, right))).toBe(byBytes(left, right));
			}),
			{ numRuns: 5000 },
		);
	});

	test("of single characters is that of their bytes, for every plane of Unicode", () => {
		const samples: string[] = [];
		for (let point = 0x20; point <= 0x10ffff; point += 0x1f3)
			if (point < 0xd800 || point > 0xdfff)
				samples.push(String.fromCodePoint(point));
		const shuffled = samples.toSorted((left, right) =>
			left.length === right.length
				? left < right
					? 1
					: -1
				: right.length - left.length,
		);
		expect(shuffled.toSorted(compareKeys)).toEqual(samples);
	});

	test.each([
		["app-web/", "app/"],
		["app.old/", "app/"],
		["app/", "app0"],
		["a", "a/"],
		["Z", "a"],
		["ﬀ", "😀"],
	])("has %j before %j", (left, right) => {
		expect(compareKeys(left, right)).toBeLessThan(0);
		expect(compareKeys(right, left)).toBeGreaterThan(0);
		expect(compareKeys(left, left)).toBe(0);
	});
});

describe("a key that not every store can hold", () => {
	test.each([
		["", /empty/],
		["/a", /empty component/],
		["a/", /empty component/],
		["a//b", /empty component/],
		["/", /empty component/],
		[".", /"\."/],
		["..", /"\.\."/],
		["a/../b", /"\.\."/],
		["./a", /"\."/],
		["a\0b", /NUL/],
		["a\uD800", /surrogate/],
		["\uDC00a", /surrogate/],
		["k".repeat(1025), /1024 bytes/],
		["é".repeat(513), /1024 bytes/],
	])("is told from one that can: %j", (bad, reason) => {
		expect(keyProblem(bad)).toMatch(reason);
	});

	test.each([
		"a",
		"a/b",
		"...",
		".a/..b/c.",
		"a b\n\t",
		"😀/ﬀ",
		"k".repeat(1024),
		"é".repeat(512),
		"\\",
		"-",
	])("is none of these: %j", (good) => {
		expect(keyProblem(good)).toBeUndefined();
	});
});
