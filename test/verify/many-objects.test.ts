import { hash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { StoreError } from "../../src/store/errors.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type {
	ObjectMeta,
	ObjectStore,
	Page,
} from "../../src/store/object-store.ts";
import { verify } from "../../src/verify/verify.ts";
import { altered } from "./altered-stores.ts";

const OBJECTS = 100_000;
const MIB = 1024 * 1024;

const DIGEST = { algorithm: "sha256", hex: "0a".repeat(32) };
const CONTENT = Buffer.from(formatDigest(DIGEST));
const MD5 = hash("md5", CONTENT);

function keyOf(index: number): string {
	const tag = String(index).padStart(7, "0");
	return formatKey({ kind: "current", repository: "acme/app", tag });
}

function metaOf(index: number): ObjectMeta {
	return {
		key: keyOf(index),
		size: CONTENT.length,
		version: "1",
		lastModified: 0,
		md5: undefined,
	};
}

/** A store of tags that are made up while they are listed; `has` says which it has. */
function madeUp(
	side: string,
	has: (index: number) => boolean,
	md5?: string,
): ObjectStore {
	const store = new MemoryStore(side);
	const meta = (index: number) => ({ ...metaOf(index), md5 });
	return altered(store, {
		async *list(): AsyncGenerator<Page> {
			for (let start = 0; start < OBJECTS; start += 1000) {
				const objects: ObjectMeta[] = [];
				for (let index = start; index < start + 1000; index++)
					if (has(index)) objects.push(meta(index));
				yield { objects, prefixes: [], unreadable: [] };
			}
		},
		async head(key) {
			const index = Number(/\/(\d+)\/current\/link$/.exec(key)?.[1]);
			return has(index) ? meta(index) : undefined;
		},
		async get(key) {
			return {
				meta: { ...metaOf(0), key },
				bytes: async () => CONTENT,
				async *stream() {
					yield CONTENT;
				},
				async [Symbol.asyncDispose]() {},
			};
		},
	});
}

/** Collects garbage, so that what is measured is what is held. */
const collectGarbage: () => void = (() => {
	setFlagsFromString("--expose-gc");
	return runInNewContext("gc");
})();

/** Verifies, and measures the most that is held on the heap at any time, above what was before (MiB). */
async function measured(source: ObjectStore, target: ObjectStore) {
	collectGarbage();
	const before = process.memoryUsage().heapUsed;
	let most = 0;
	let pages = 0;
	const result = await verify(source, target, {
		level: "default",
		observe(event) {
			if (event.type !== "listed" || ++pages % 10 !== 0) return;
			collectGarbage();
			most = Math.max(most, process.memoryUsage().heapUsed - before);
		},
	});
	return { result, heldMiB: most / MIB };
}

describe("verify › 100,000 objects", () => {
	it("are compared in flat memory (I8)", async () => {
		const { result, heldMiB } = await measured(
			madeUp("source", () => true),
			madeUp("target", () => true, MD5),
		);
		expect(result).toMatchObject({ isEqual: true, compared: OBJECTS });
		expect(heldMiB).toBeLessThan(8);
	});

	it("are found missing in flat memory, counted exactly, with a few as examples", async () => {
		const { result, heldMiB } = await measured(
			madeUp("source", (index) => index % 10 !== 0),
			madeUp("target", (index) => index % 10 === 0),
		);
		expect(result.findings.missing).toMatchObject({
			count: OBJECTS * 0.9,
			causes: { migration: OBJECTS * 0.9, source: 0, expected: 0, unknown: 0 },
		});
		expect(result.findings.extra.count).toBe(OBJECTS * 0.1);
		expect(result.findings.missing.examples).toHaveLength(20);
		expect(result.findings.extra.examples).toHaveLength(20);
		expect(heldMiB).toBeLessThan(8);
	});

	it("are unknown in flat memory when not one directory can be read", async () => {
		const unreadable = altered(new MemoryStore("source"), {
			async *list(): AsyncGenerator<Page> {
				for (let start = 0; start < OBJECTS; start += 1000) {
					yield {
						objects: [],
						prefixes: [],
						unreadable: Array.from({ length: 1000 }, (_, index) => {
							const prefix = keyOf(start + index).replace(/link$/, "");
							const error = new StoreError(
								"permission-denied",
								"permission denied",
								{ store: "memory://source", operation: "list", key: prefix },
							);
							return { prefix, error };
						}),
					};
				}
			},
		});
		const { result, heldMiB } = await measured(
			unreadable,
			madeUp("target", () => true, MD5),
		);
		expect(result.findings.unknown.count).toBe(OBJECTS);
		expect(result.findings.extra.count).toBe(0);
		expect(result.uncompared).toBe(OBJECTS);
		expect(heldMiB).toBeLessThan(12);
	});
});
