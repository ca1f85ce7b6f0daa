import { expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { mark } from "../../src/sync/marker.ts";
import { sync } from "../../src/sync/pass.ts";
import { unreadable, unwritable } from "../support/faults.ts";
import { CountingStore } from "./counting.ts";
import { HeapWatch } from "./heap.ts";
import { madeUpRegistry, OBJECTS_PER_IMAGE } from "./made-up.ts";

const IMAGES = 100;

/** A pass, with the most that it held on the heap, and the time of a processor that it took. */
async function measured(source: ObjectStore, target: ObjectStore) {
	const heap = new HeapWatch();
	const before = process.cpuUsage();
	let events = 0;
	const result = await sync(unwritable(source), target, {
		observe: ({ type }) => {
			if (type === "planned" || ++events % 10_000 === 0) heap.look();
		},
	});
	const { user, system } = process.cpuUsage(before);
	return { result, heldMiB: heap.mostMiB, seconds: (user + system) / 1e6 };
}

test("sync › (I8) copies 100,000 objects in flat memory, and in seconds", async () => {
	const objects = 200 * IMAGES * OBJECTS_PER_IMAGE;
	expect(objects).toBe(100_000);
	const target = new CountingStore();
	const source = madeUpRegistry("source", 200, IMAGES);
	const { result, heldMiB, seconds } = await measured(source, target.store);
	expect(result).toMatchObject({ isComplete: true, heldBack: 0 });
	expect(target.objects).toBe(objects);
	expect(heldMiB).toBeLessThan(4);
	expect(seconds).toBeLessThan(15);
});

test("sync › (I8) finds 25,000 objects to be the same in flat memory", async () => {
	const source = madeUpRegistry("source", 50, IMAGES);
	const listed = madeUpRegistry("target", 50, IMAGES, { hasMd5: true });
	const marked = new MemoryStore();
	await mark(
		marked,
		{
			source: source.identity,
			claim: { nonce: "n", pass: 1 },
			writer: undefined,
			isUnproven: false,
			isSnapshot: false,
			partial: undefined,
		},
		undefined,
	);
	const target: ObjectStore = {
		...unwritable(listed),
		get: (key, options) =>
			(key === MARKER_KEY ? marked : listed).get(key, options),
	};
	const { result, heldMiB } = await measured(source, target);
	expect(result).toMatchObject({
		isComplete: true,
		skipped: { objects: 50 * IMAGES * OBJECTS_PER_IMAGE },
	});
	expect(heldMiB).toBeLessThan(2);
});

test("sync › (I8) holds back 20,000 links in flat memory, when no blob can be looked at", async () => {
	const target = new CountingStore();
	const source = unreadable(
		madeUpRegistry("source", 50, IMAGES),
		"docker/registry/v2/blobs/sha256/",
	);
	const { result, heldMiB } = await measured(source, target.store);
	const links = 50 * IMAGES * (OBJECTS_PER_IMAGE - 1);
	expect(result).toMatchObject({ heldBack: links, unreadable: 1 });
	expect(target.objects).toBe(0);
	expect(heldMiB).toBeLessThan(2);
});
