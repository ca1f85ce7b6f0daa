import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/store/key.ts";
import type { ObjectMeta } from "../../src/store/object-store.ts";
import { Pruner } from "../../src/store/prune.ts";

const component = fc.constantFrom("a", "b", "_x", "a-", "a.", "ab", "é", "😀");
const keys = fc
	.uniqueArray(
		fc
			.array(component, { minLength: 1, maxLength: 5 })
			.map((components) => components.join("/")),
		{ maxLength: 30 },
	)
	.map((unsorted) => unsorted.toSorted(compareKeys));
const prefix = fc.constantFrom("", "a", "a/", "a/b", "_x/", "none/");

function metaOf(key: string): ObjectMeta {
	return { key, size: 0, version: "", lastModified: 0, md5: undefined };
}

/** Prefixes of a key that end in "/" and are longer than `longerThan`, shortest first. */
function prefixesOf(key: string, longerThan: string): string[] {
	return [...key.matchAll(/\//g)]
		.map(({ index }) => key.slice(0, index + 1))
		.filter((one) => one.length > longerThan.length);
}

describe("pruning a flat listing", () => {
	test("keeps and cuts what asking of each key alone would", () => {
		const cutter = fc.func(fc.boolean());
		const sizes = fc.array(fc.integer({ min: 1, max: 7 }), { minLength: 1 });
		fc.assert(
			fc.property(keys, prefix, cutter, sizes, (all, listed, prune, pages) => {
				const within = all.filter((key) => key.startsWith(listed));
				const cutOf = (key: string) =>
					prefixesOf(key, listed).find((one) => prune(one));
				const pruner = new Pruner({ prefix: listed, prune });
				const objects: string[] = [];
				const prefixes: string[] = [];
				for (let start = 0, page = 0; start < within.length; page++) {
					const size = pages[page % pages.length] ?? 1;
					const pruned = pruner.apply(
						within.slice(start, start + size).map(metaOf),
					);
					objects.push(...pruned.objects.map(({ key }) => key));
					prefixes.push(...pruned.prefixes);
					start += size;
				}
				expect(objects).toEqual(
					within.filter((key) => cutOf(key) === undefined),
				);
				expect(prefixes).toEqual([
					...new Set(within.map(cutOf).filter((cut) => cut !== undefined)),
				]);
			}),
			{ numRuns: 1000 },
		);
	});

	test("asks once of each prefix that it meets, and never below one that is cut off", () => {
		fc.assert(
			fc.property(keys, prefix, fc.func(fc.boolean()), (all, listed, prune) => {
				const asked: string[] = [];
				const pruner = new Pruner({
					prefix: listed,
					prune: (one) => {
						asked.push(one);
						return prune(one);
					},
				});
				const within = all.filter((key) => key.startsWith(listed));
				const { prefixes } = pruner.apply(within.map(metaOf));
				expect(new Set(asked).size).toBe(asked.length);
				for (const one of asked) {
					expect(one.length).toBeGreaterThan(listed.length);
					for (const cut of prefixes)
						expect(one !== cut && one.startsWith(cut)).toBe(false);
				}
			}),
			{ numRuns: 500 },
		);
	});

	test("tells in which prefix the listing is, so that it can go on after it", () => {
		const pruner = new Pruner({ prefix: "", prune: (one) => one === "a/b/" });
		pruner.apply([metaOf("a/b/1")]);
		expect(pruner.cut).toBe("a/b/");
		pruner.apply([metaOf("a/b/2")]);
		expect(pruner.cut).toBe("a/b/");
		pruner.apply([metaOf("a/c")]);
		expect(pruner.cut).toBeUndefined();
	});
});
