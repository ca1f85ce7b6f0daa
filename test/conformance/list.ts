import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { compareKeys } from "../../src/store/key.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { closeClean, type StoreHarness } from "./describe-store.ts";
import { keysOf, pagesOf, putAll } from "./objects.ts";

const NAMES = [
	"foo-/x",
	"foo./x",
	"foo/a/b/c",
	"foo/x",
	"foo0",
	"app/1",
	"app-web/1",
	"app.old/1",
];

/** Names whose places differ by bytes, by UTF-16 units and by the alphabet. */
const TELLING = ["Z/1", "ﬀ/1", "😀/1"];

const HIGH_PREFIXES = ["ﬀ/", "😀/"];

const SECTIONS = [
	"r/a/_layers/1",
	"r/a/_layers/2",
	"r/a/x",
	"r/a/_manifests/1",
	"r/b/_layers/1",
	"r/_layers",
	"s/_layers/1",
	"t/1/link",
	"t/2/link",
	"t/other",
];

/** The part of the contract that is about this call. The tests only read, so they share one store. */
export function describeList(harness: StoreHarness): void {
	const KEYS = [
		...NAMES,
		...SECTIONS,
		...(harness.isEmulator ? [] : TELLING),
	].sort((left, right) =>
		Buffer.compare(Buffer.from(left), Buffer.from(right)),
	);

	describe("list", () => {
		let store: ObjectStore;
		beforeAll(async () => {
			store = await harness.open();
			await putAll(store, KEYS);
		});
		afterAll(() => closeClean(harness, store));

		test("gives keys in the order of their bytes", async () => {
			expect(await keysOf(store, { prefix: "" })).toEqual(KEYS);
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
			["\u{1F600}/"],
		])("gives exactly the keys that begin with %j", async (prefix) => {
			const expected = KEYS.filter((key) => key.startsWith(prefix));
			expect(await keysOf(store, { prefix })).toEqual(expected);
		});

		test.each(["/", "foo//", "foo/../app/", "../", "foo/./"])(
			"gives nothing that begins with %j, or refuses to look",
			async (prefix) => {
				const listed = keysOf(store, { prefix }).catch((error: unknown) => {
					expect(error).toMatchObject({ code: "unsupported" });
					return [];
				});
				expect(await listed).toEqual([]);
			},
		);

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
			const expected = KEYS.filter(
				(key) => key.startsWith(prefix) && compareKeys(key, startAfter) > 0,
			);
			expect(await keysOf(store, { prefix, startAfter })).toEqual(expected);
		});

		test("cuts prefixes off and names them instead, in order", async () => {
			const prune = (prefix: string) => /\/_[a-z]+\/$/.test(prefix);
			const pages = await pagesOf(store, { prefix: "r/", prune });
			expect(pages.flatMap((page) => page.prefixes)).toEqual([
				"r/a/_layers/",
				"r/a/_manifests/",
				"r/b/_layers/",
			]);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(["r/_layers", "r/a/x"]);
		});

		test.each([
			[
				"",
				["app-web/", "app.old/", "app/", "foo-/", "foo./", "foo/"],
				["foo0"],
			],
			["r/", ["r/a/", "r/b/"], ["r/_layers"]],
			["r/a/", ["r/a/_layers/", "r/a/_manifests/"], ["r/a/x"]],
			["r/a", ["r/a/"], []],
			["t/1/", [], ["t/1/link"]],
			["nothing/", [], []],
		])(
			"when shallow tells only what lies directly below %j",
			async (prefix, prefixes, keys) => {
				const pages = await pagesOf(store, { prefix, isShallow: true });
				const telling = (name: string) =>
					!/^[^a-q]/.test(name) || prefix !== "";
				expect(pages.flatMap((page) => page.prefixes).filter(telling)).toEqual(
					prefixes,
				);
				expect(
					pages.flatMap((page) => page.objects.map(({ key }) => key)),
				).toEqual(keys);
			},
		);

		test("when shallow goes on after a key", async () => {
			const options = { isShallow: true, startAfter: "foo/x" };
			const pages = await pagesOf(store, { ...options, prefix: "" });
			const prefixes = pages.flatMap((page) => page.prefixes);
			expect(prefixes.filter((prefix) => prefix !== "foo/")).toEqual([
				"r/",
				"s/",
				"t/",
				...(harness.isEmulator ? [] : HIGH_PREFIXES),
			]);
			expect(
				pages.flatMap((page) => page.objects.map(({ key }) => key)),
			).toEqual(["foo0"]);
		});

		test("does not ask about the prefix that is listed", async () => {
			const asked: string[] = [];
			const prune = (prefix: string) => {
				asked.push(prefix);
				return false;
			};
			await pagesOf(store, { prefix: "t/", prune });
			expect(asked).toEqual(["t/1/", "t/2/"]);
		});

		test("with a hint of the only names gives the same objects where the hint is right", async () => {
			const only = (prefix: string) =>
				/^t\/\d\/$/.test(prefix) ? ["link"] : undefined;
			expect(await keysOf(store, { prefix: "t/", only })).toEqual([
				"t/1/link",
				"t/2/link",
				"t/other",
			]);
		});

		test("with a hint of names that are not there lists the prefix", async () => {
			expect(
				await keysOf(store, { prefix: "t/", only: () => ["data"] }),
			).toEqual(["t/1/link", "t/2/link", "t/other"]);
		});

		test("does nothing when cancelled before", async () => {
			const reason = new Error("cancelled");
			const signal = AbortSignal.abort(reason);
			await expect(pagesOf(store, { prefix: "", signal })).rejects.toBe(reason);
		});
	});
}
