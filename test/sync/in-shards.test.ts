import { expect, test } from "vitest";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { failure } from "../support/faults.ts";
import { traced } from "../support/trace.ts";
import { contentOf, pushWrites, putAll, storeOf } from "./content.ts";
import { expectClosed, expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const BLOBS = "docker/registry/v2/blobs/";

/** More blobs than three pages hold, and more links. */
const LAYERS = Array.from({ length: 3200 }, (_, at) => `layer ${at}`);
const REGISTRY = new Map(pushWrites("big/app", "latest", LAYERS));

/** A source of whose blobs the first shard cannot be listed further than a page. */
function failingAfterPage(store: ObjectStore): ObjectStore {
	return {
		...faulty(store, {}),
		async *list(options) {
			for await (const page of store.list(options)) {
				yield page;
				if (options.prefix === BLOBS && options.startAfter === undefined)
					throw failure("unavailable", BLOBS);
			}
		},
	};
}

test("sync › (I2) of blobs whose listing fails in part copies the others, holds back what needs these, and deletes nothing", async () => {
	using index = new TemporaryIndex();
	const source = await storeOf(REGISTRY);
	const target = new MemoryStore();
	const failing = failingAfterPage(source);
	await putAll(target, pushWrites("old", "latest", ["old"]));
	const options = { indexPath: index.path };
	const deletes = { approve: () => true };
	const first = await run(failing, target, { ...options, deletes });
	// Some of the 256 directories, and not all blobs.
	expect(first.result.unreadable).toBeGreaterThan(10);
	expect(first.result.heldBack).toBeGreaterThan(0);
	expect(first.result).toMatchObject({ failed: 0, deleted: { objects: 0 } });
	expect(first.result.copied.objects).toBeGreaterThan(1000);
	await expectClosed(target, REGISTRY);

	// Known from an earlier pass, and not listed now: it is not gone.
	await run(source, target, {
		...options,
		deletes: { ...deletes, maxObjects: 100 },
	});
	await expectContent(target, REGISTRY);
	const again = await run(failing, target, { ...options, deletes });
	expect(again.result).toMatchObject({ deleted: { objects: 0 }, extra: 0 });
	expect(again.result.unreadable).toBeGreaterThan(10);
	await expectContent(target, REGISTRY);
});

test("sync › lists a target of many pages in several shards, and takes in all of it", async () => {
	const target = await storeOf([
		...REGISTRY,
		["docker/registry/v2/blobs/another/name", Buffer.from("other")],
		["docker/registry/v1/old", Buffer.from("older")],
	]);
	const { store, calls } = traced(target);
	const { result } = await run(await storeOf(REGISTRY), store);
	expect(result).toMatchObject({ extra: 2, copied: { objects: 0 } });
	const ofBlobs = calls.filter(
		({ operation, key }) =>
			operation === "list" &&
			/^docker.registry.v2.blobs.sha256.[0-9a-f]$/.test(key),
	);
	expect(ofBlobs).toHaveLength(16);
	expect(
		calls.filter(({ operation }) => operation === "list").length,
	).toBeLessThan(50);
});

test("sync › (I2) stops, and writes nothing, when a shard of the target's listing fails", async () => {
	const target = await storeOf(REGISTRY);
	const { store, calls } = traced({
		...faulty(target, {}),
		async *list(options) {
			if (options.prefix > `${BLOBS}sha256/c`) throw failure("unavailable");
			yield* target.list(options);
		},
	});
	await expect(run(await storeOf(REGISTRY), store)).rejects.toMatchObject({
		code: "unavailable",
	});
	expect(calls.some(({ operation }) => operation === "put")).toBe(false);
});

test("sync › (I2) takes no blob for gone that was listed in another shard than before", async () => {
	using index = new TemporaryIndex();
	const source = await storeOf(REGISTRY);
	const target = new MemoryStore();
	const options = { indexPath: index.path, deletes: { approve: () => true } };
	await run(source, target, options);
	const doomed = [...REGISTRY.keys()].filter((key) =>
		/^docker.*blobs.sha256.[37b]/.test(key),
	);
	await source.delete(doomed);
	const { result } = await run(source, target, options);
	expect(result.deleted.objects).toBe(doomed.length);
	await expectContent(target, await contentOf(source));
});

test("sync › (I1) is closed when images are pushed and deleted between the pages of shards", async () => {
	const source = await storeOf(REGISTRY);
	let pushes = 0;
	const live: ObjectStore = {
		...faulty(source, {}),
		async *list(options) {
			for await (const page of source.list(options)) {
				yield page;
				if (options.prefix !== BLOBS) continue;
				// One that is new to the registry, and one that takes the tag from what has just been read.
				const tag = pushes % 2 === 0 ? "latest" : `t${pushes}`;
				await putAll(source, pushWrites("big/app", tag, [`new ${pushes++}`]));
				await putAll(source, pushWrites(`n${pushes}/app`, tag, ["layer 1"]));
				const [doomed] = page.objects.slice(-1);
				if (doomed !== undefined) await source.delete([doomed.key]);
			}
		},
	};
	const target = new MemoryStore();
	const { result } = await run(live, target);
	expect(pushes).toBeGreaterThan(2);
	expect(result.failed).toBe(0);
	await expectClosed(target, await contentOf(source));
	await run(source, target);
	await expectClosed(target, await contentOf(source));
	const found = await contentOf(target);
	for (const [key, content] of await contentOf(source))
		expect(found.get(key)?.equals(content), key).toBe(true);
});
