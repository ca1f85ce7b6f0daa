import { describe, expect, test } from "vitest";
import { blobKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { proveDigests } from "../../src/verify/blob-digests.ts";
import { failure, watched } from "./altered-stores.ts";
import { put, sha256 } from "./registry.ts";

const COUNT = 200;

/** A store of so many blobs, and a link, which is none. */
async function blobs(): Promise<MemoryStore> {
	const store = new MemoryStore();
	for (let number = 0; number < COUNT; number++)
		await put(store, blobKey(sha256(`blob ${number}`)), `blob ${number}`);
	const link = "docker/registry/v2/repositories/a/_layers/sha256/0/link";
	await put(store, link, "nothing of a blob");
	return store;
}

describe("proveDigests", () => {
	test("reads every blob, and finds that each holds what its name says", async () => {
		const store = await blobs();
		const result = await proveDigests(store);
		expect(result).toMatchObject({
			isSound: true,
			share: 1,
			blobs: { objects: COUNT },
			corrupt: { count: 0 },
			unknown: { count: 0 },
		});
		expect(result.read.objects).toBe(COUNT);
	});

	test("a sample is the same one each time, part of a larger one, and of about its share", async () => {
		const store = await blobs();
		const readAt = async (share: number) => {
			const { store: seen, opened } = watched(store);
			await proveDigests(seen, { share });
			return new Set(opened);
		};
		const sample = await readAt(0.25);
		expect(await readAt(0.25)).toEqual(sample);
		expect(sample.size).toBeGreaterThan(COUNT * 0.1);
		expect(sample.size).toBeLessThan(COUNT * 0.4);
		expect(sample.isSubsetOf(await readAt(0.5))).toBe(true);
	});

	test("names a blob of the right size whose bytes are others", async () => {
		const store = await blobs();
		const key = blobKey(sha256("blob 7"));
		await put(store, key, "blob 8");
		const { isSound, corrupt } = await proveDigests(store);
		expect(isSound).toBe(false);
		expect(corrupt).toMatchObject({
			count: 1,
			examples: [{ key, target: { digest: `sha256:${sha256("blob 8").hex}` } }],
		});
	});

	test("what cannot be read is unknown, and so is nothing at all no proof", async () => {
		const store = await blobs();
		const key = blobKey(sha256("blob 7"));
		const failing = faulty(store, {
			get: (asked) => {
				if (asked === key) throw failure("permission-denied", key);
			},
		});
		expect(await proveDigests(failing)).toMatchObject({
			isSound: false,
			unknown: { count: 1, examples: [{ key }] },
		});
		expect(await proveDigests(new MemoryStore())).toMatchObject({
			isSound: false,
		});
	});

	test("is cancelled with the signal's reason", async () => {
		const store = await blobs();
		const reason = new Error("enough");
		const signal = AbortSignal.abort(reason);
		await expect(proveDigests(store, { signal })).rejects.toBe(reason);
	});
});
