import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Utf8Order } from "../../../src/store/azure/utf8-order.ts";
import { compareKeys } from "../../../src/store/key.ts";
import type { ObjectMeta } from "../../../src/store/object-store.ts";
import { expectCode } from "../../conformance/objects.ts";

const ABOUT = { store: "az://account/reg", operation: "list" };

const meta = (key: string): ObjectMeta => ({
	key,
	size: 1,
	version: "v",
	lastModified: 0,
	md5: undefined,
});

/** The keys in the order in which they come out, pushed in pages. */
function ordered(keys: readonly string[], pageSize = 2): string[] {
	const order = new Utf8Order(ABOUT);
	const out: ObjectMeta[] = [];
	for (let start = 0; start < keys.length; start += pageSize)
		out.push(...order.push(keys.slice(start, start + pageSize).map(meta)));
	out.push(...order.end());
	return out.map(({ key }) => key);
}

const key = fc
	.array(
		fc.constantFrom(
			"a",
			"b",
			"/",
			"\uD7FF",
			"\uE000",
			"ﬀ",
			"\uFFFD",
			"😀",
			"\u{10FFFF}",
		),
		{
			minLength: 1,
			maxLength: 6,
		},
	)
	.map((parts) => parts.join(""));
const keys = fc.uniqueArray(key, { maxLength: 30 });

describe("keys", () => {
	test.each([
		["UTF-16 units", (left: string, right: string) => (left < right ? -1 : 1)],
		["UTF-8 bytes", compareKeys],
	])(
		"that come in the order of %s come out in that of UTF-8 bytes",
		(_name, compare) => {
			fc.assert(
				fc.property(keys, fc.integer({ min: 1, max: 7 }), (some, pageSize) => {
					expect(ordered([...some].sort(compare), pageSize)).toEqual(
						[...some].sort(compareKeys),
					);
				}),
				{ numRuns: 2000 },
			);
		},
	);

	test("that are ASCII are not held back", () => {
		const page = [meta("a"), meta("b/c")];
		expect(new Utf8Order(ABOUT).push(page)).toBe(page);
	});

	test("of which too many would have to be held are refused (I8)", async () => {
		const many = Array.from({ length: 10_001 }, (_, index) =>
			meta(`😀${String(index).padStart(5, "0")}`),
		);
		const push = async () => new Utf8Order(ABOUT).push(many);
		await expectCode(push(), "unsupported");
	});
});
