import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/store/key.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { keysOf, numbered, pagesOf, putAll } from "./objects.ts";

/** The part of the contract that is about this call. */
export function describeList(current: () => ObjectStore): void {
	describe("list", () => {
		const KEYS = [
			"foo-/x",
			"foo./x",
			"foo/a/b/c",
			"foo/x",
			"foo0",
			"app/1",
			"app-web/1",
			"app.old/1",
			"ﬀ/1",
			"😀/1",
			"Z/1",
		];

		test("gives keys in the order of their bytes", async () => {
			await putAll(current(), KEYS);
			expect(await keysOf(current(), { prefix: "" })).toEqual(
				[...KEYS].sort((left, right) =>
					Buffer.compare(Buffer.from(left), Buffer.from(right)),
				),
			);
		});

		test.each([
			["f"],
			["foo"],
			["foo/"],
			["foo-"],
			["foo/a/"],
			["app"],
			["nothing"],
			["nothing/at/all"],
			["foo/x/below"],
		])("gives exactly the keys that begin with %j", async (prefix) => {
			await putAll(current(), KEYS);
			const expected = KEYS.filter((key) => key.startsWith(prefix)).sort(
				compareKeys,
			);
			expect(await keysOf(current(), { prefix })).toEqual(expected);
		});

		test.each([
			["", "foo/a"],
			["", "foo/a/b/c"],
			["", "foo/"],
			["", "absent"],
			["", "foo/\u{10FFFF}"],
			["", "zzz"],
			["foo", "app"],
			["foo/", "foo/a/b"],
			["foo/", "zzz"],
		])("of prefix %j goes on after %j", async (prefix, startAfter) => {
			await putAll(current(), KEYS);
			const expected = KEYS.filter(
				(key) => key.startsWith(prefix) && compareKeys(key, startAfter) > 0,
			).sort(compareKeys);
			expect(await keysOf(current(), { prefix, startAfter })).toEqual(expected);
		});

		test("gives 2,500 keys in pages of at most 1,000, without gaps or repeats", async () => {
			const keys = numbered(2500);
			await putAll(current(), keys);
			const pages = await pagesOf(current(), { prefix: "" });
			for (const page of pages)
				expect(page.objects.length).toBeLessThanOrEqual(1000);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(keys);
		});

		test("cuts prefixes off and names them instead, in order", async () => {
			await putAll(current(), [
				"r/a/_layers/1",
				"r/a/_layers/2",
				"r/a/x",
				"r/a/_manifests/1",
				"r/b/_layers/1",
				"r/_layers",
				"s/_layers/1",
			]);
			const prune = (prefix: string) => /\/_[a-z]+\/$/.test(prefix);
			const pages = await pagesOf(current(), { prefix: "r/", prune });
			expect(pages.flatMap((page) => page.prefixes)).toEqual([
				"r/a/_layers/",
				"r/a/_manifests/",
				"r/b/_layers/",
			]);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(["r/_layers", "r/a/x"]);
		});

		test("goes on after a prefix that was cut off in the middle of many keys", async () => {
			await putAll(current(), [
				...numbered(1500).map((key) => `a/${key}`),
				"b",
			]);
			const pages = await pagesOf(current(), {
				prefix: "",
				prune: (prefix) => prefix === "a/",
			});
			expect(pages.flatMap((page) => page.prefixes)).toEqual(["a/"]);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(["b"]);
		});

		test("does not ask about the prefix that is listed", async () => {
			await putAll(current(), ["a/b/c", "a/d"]);
			const asked: string[] = [];
			const prune = (prefix: string) => {
				asked.push(prefix);
				return false;
			};
			await pagesOf(current(), { prefix: "a/", prune });
			expect(asked).toEqual(["a/b/"]);
		});

		test("with a leaf hint gives the same objects where the hint is right", async () => {
			await putAll(current(), ["a/1/link", "a/2/link", "b/link", "c/other"]);
			const leaf = (prefix: string) =>
				/^(a\/\d|b|c)\/$/.test(prefix) ? "link" : undefined;
			expect(await keysOf(current(), { prefix: "", leaf })).toEqual([
				"a/1/link",
				"a/2/link",
				"b/link",
				"c/other",
			]);
		});

		test("stops when cancelled", async () => {
			await putAll(current(), numbered(1200));
			const controller = new AbortController();
			const reason = new Error("cancelled");
			const listing = (async () => {
				const { signal } = controller;
				for await (const _page of current().list({ prefix: "", signal }))
					controller.abort(reason);
			})();
			await expect(listing).rejects.toBe(reason);
		});
	});
}
