import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { compareKeys } from "../../src/store/key.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore, Page } from "../../src/store/object-store.ts";
import { listInShards, type Shard } from "../../src/sync/shards.ts";
import { keysOf, putAll } from "../conformance/objects.ts";
import { failure } from "../support/faults.ts";
import { paged } from "./paged.ts";

interface Division {
	readonly boundaries: readonly string[];
	readonly shards: number;
	readonly pageSize: number;
}

/** What comes in from a prefix, shard by shard. */
async function listed(
	store: ObjectStore,
	prefix: string,
	{ boundaries, shards, pageSize }: Division,
	onFailure?: (rest: Shard) => void,
) {
	const parts: (Shard & { readonly keys: string[] })[] = [];
	await listInShards(store, {
		...{ prefix, shards, pageSize, onFailure },
		boundaries: () => boundaries,
		open: (after) => {
			const keys: string[] = [];
			return {
				take: ({ objects }: Page) => {
					keys.push(...objects.map(({ key }) => key));
				},
				end: (upTo) => {
					parts.push({ after, upTo, keys });
				},
			};
		},
	});
	return parts;
}

/** Keys that begin alike, some of them equal to boundaries, and some that sort by bytes only. */
const NAME = fc
	.array(fc.constantFrom("a", "b", "/", "0", "f", "ﬀ", "😀"), {
		minLength: 1,
		maxLength: 6,
	})
	.map((parts) => `p/${parts.join("")}x`);

const NAMES = fc.uniqueArray(NAME, { maxLength: 80 });

describe("a listing in shards", () => {
	test("has every key of the prefix in one shard, in order, and the shards leave no gap", async () => {
		const division = fc.record({
			boundaries: NAMES.map((names) => names.sort(compareKeys)),
			shards: fc.integer({ min: 1, max: 8 }),
			pageSize: fc.integer({ min: 1, max: 9 }),
		});
		await fc.assert(
			fc.asyncProperty(NAMES, division, async (names, division) => {
				const memory = new MemoryStore();
				await putAll(
					memory,
					[...names, "o", "p", "p0"].map((name) => name.replaceAll("//", "/-")),
				);
				const { store } = paged(memory, division.pageSize);
				const parts = await listed(store, "p/", division);
				parts.sort((left, right) =>
					left.after === undefined
						? -1
						: right.after === undefined
							? 1
							: compareKeys(left.after, right.after),
				);
				expect(parts.flatMap(({ keys }) => keys)).toEqual(
					await keysOf(memory, { prefix: "p/" }),
				);
				for (const [at, { upTo }] of parts.entries())
					expect(upTo).toBe(parts[at + 1]?.after);
			}),
			{ numRuns: 300 },
		);
	});

	const digits = Array.from(
		{ length: 100 },
		(_, at) => `n/${String(at).padStart(2, "0")}`,
	);
	const thousand = digits.flatMap((name) =>
		Array.from({ length: 10 }, (_, at) => `${name}/${at}`),
	);

	test("of one page costs one request, and asks for no boundaries", async () => {
		const memory = new MemoryStore();
		await putAll(memory, thousand.slice(0, 99));
		const { store, asked } = paged(memory, 100);
		const boundaries = () => expect.unreachable();
		await listInShards(store, {
			...{ prefix: "n/", shards: 16, pageSize: 100, boundaries },
			open: () => ({ take: () => {}, end: () => {} }),
		});
		expect(asked).toHaveLength(1);
	});

	test("of many pages has several asked for at a time, and few more than there are", async () => {
		const memory = new MemoryStore();
		await putAll(memory, thousand);
		const { store, asked } = paged(memory, 50);
		let inside = 0;
		let most = 0;
		const counting = faulty(store, {
			list: () => {
				most = Math.max(most, ++inside);
			},
		});
		const parts = await listed(
			{
				...counting,
				async *list(options) {
					yield* counting.list(options);
					inside--;
				},
			},
			"n/",
			{ boundaries: digits, shards: 8, pageSize: 50 },
		);
		expect(parts.flatMap(({ keys }) => keys).sort()).toEqual(thousand);
		expect(most).toBe(8);
		// Twenty pages hold all; each shard may read one that is another's in part.
		expect(asked.length).toBeGreaterThanOrEqual(20);
		expect(asked.length).toBeLessThanOrEqual(20 + parts.length);
		expect(parts.length).toBeLessThanOrEqual(20);
	});

	test("of which all keys crowd in one place is divided there, too", async () => {
		const memory = new MemoryStore();
		await putAll(
			memory,
			thousand.filter((key) => key > "n/8"),
		);
		const { store } = paged(memory, 10);
		const division = { boundaries: digits, shards: 4, pageSize: 10 };
		const parts = await listed(store, "n/", division);
		const sizes = parts.map(({ keys }) => keys.length);
		expect(sizes.filter((size) => size > 0).length).toBeGreaterThanOrEqual(4);
		expect(Math.max(...sizes)).toBeLessThanOrEqual(100);
	});

	test("fails when a shard does, and begins nothing more (I2)", async () => {
		const memory = new MemoryStore();
		await putAll(memory, thousand);
		const { store } = paged(memory, 50);
		const failing: ObjectStore = {
			...store,
			list: (options) => {
				if ((options.startAfter ?? "") > "n/5") throw failure("unavailable");
				return store.list(options);
			},
		};
		const division = { boundaries: digits, shards: 8, pageSize: 50 };
		await expect(listed(failing, "n/", division)).rejects.toMatchObject({
			code: "unavailable",
		});
	});

	test("that is told so goes on past a shard that fails: what was not listed of it is told, and nothing else (I2)", async () => {
		const memory = new MemoryStore();
		await putAll(memory, thousand);
		const { store } = paged(memory, 50);
		let failures = 0;
		const failing: ObjectStore = {
			...store,
			async *list(options) {
				let pages = 0;
				for await (const page of store.list(options)) {
					const { startAfter = "" } = options;
					if (
						startAfter > "n/3" &&
						startAfter < "n/8" &&
						pages++ === failures % 2
					) {
						failures++;
						throw failure("unavailable");
					}
					yield page;
				}
			},
		};
		const unknown: Shard[] = [];
		const taken: string[] = [];
		await listInShards(failing, {
			...{ prefix: "n/", shards: 8, pageSize: 50, boundaries: () => digits },
			onFailure: (rest) => unknown.push(rest),
			open: () => ({
				take: ({ objects }) => {
					taken.push(...objects.map(({ key }) => key));
				},
				end: () => {},
			}),
		});
		expect(unknown.length).toBeGreaterThan(0);
		const isUnknown = (key: string) =>
			unknown.some(({ after = "", upTo = "~" }) => key > after && key <= upTo);
		expect([...taken, ...thousand.filter(isUnknown)].sort()).toEqual(thousand);
	});
});
