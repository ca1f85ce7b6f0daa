import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { BLOBS_PREFIX, formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectMeta, ObjectStore } from "../../src/store/object-store.ts";
import { traced, writesOf } from "../support/trace.ts";
import { imageWrites, LOCK, NOTES, smallRegistry, storeOf } from "./content.ts";
import { actionOf, COMMAND } from "./live-actions.ts";
import { LiveRegistry } from "./live-registry.ts";
import { expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();
const TAG = { kind: "current", repository: "acme/app", tag: "v1" } as const;
const CURRENT = formatKey(TAG);

/** The digest of an image that is in the registry, and that the tag does not name yet. */
const MOVED = formatDigest(imageWrites("acme/app", ["base", "two"]).digest);

/** A store whose listing says other things of its objects. */
function listing(
	store: ObjectStore,
	change: (meta: ObjectMeta) => ObjectMeta,
): ObjectStore {
	return {
		...faulty(store, {}),
		async *list(options) {
			for await (const page of store.list(options))
				yield { ...page, objects: page.objects.map(change) };
		},
	};
}

function withoutMd5(store: ObjectStore): ObjectStore {
	return listing(store, (meta) => ({ ...meta, md5: undefined }));
}

/** As a bucket under KMS lists: 32 hex digits that are no MD5. */
function withFalseMd5(store: ObjectStore): ObjectStore {
	return listing(store, (meta) => ({ ...meta, md5: "0a".repeat(16) }));
}

/** What a pass reads at its target. */
async function readsOf(source: ObjectStore, target: ObjectStore) {
	const { store, calls } = traced(target);
	const { result } = await run(source, store);
	const reads = calls.filter(({ operation }) => operation === "get");
	return { result, calls, reads: reads.map(({ key }) => key) };
}

/** Blobs that no pass has put there are read: see unproven.test.ts. */
function isNoMarkerOrBlob(key: string): boolean {
	return key !== MARKER_KEY && !key.startsWith(BLOBS_PREFIX);
}

describe("sync › a second pass", () => {
	test("copies nothing, and opens nothing but links at the source (property)", async () => {
		const commands = fc.array(COMMAND, { minLength: 1, maxLength: 8 });
		await fc.assert(
			fc.asyncProperty(commands, async (all) => {
				const registry = new LiveRegistry(all.map(actionOf));
				await registry.finish();
				fc.pre(registry.content.size > 0);
				const target = new MemoryStore();
				const first = await run(registry.store, target);
				expect(first.result.isComplete).toBe(true);
				await expectContent(target, registry.content);
				const source = traced(registry.store);
				const second = traced(target);
				const { result } = await run(source.store, second.store);
				expect(writesOf(second.calls)).toEqual([]);
				expect(result).toMatchObject({
					copied: { objects: 0, bytes: 0 },
					skipped: first.result.copied,
					scanned: first.result.scanned,
				});
				for (const { operation, key } of source.calls)
					expect(operation === "get" && !key.endsWith("/link")).toBe(false);
			}),
			{ numRuns: 60 },
		);
	});

	test.each([
		["lists MD5s", (store: ObjectStore) => store],
		["lists none", withoutMd5],
		["lists what is none", withFalseMd5],
	])(
		"(I9) copies a moved tag of the same size, though it has an older time stamp, where the target %s",
		async (_, as) => {
			const source = await storeOf(REGISTRY);
			const target = await storeOf(REGISTRY);
			await source.put(CURRENT, Buffer.from(MOVED));
			const older = listing(source, (meta) => ({ ...meta, lastModified: 1 }));
			const { result, events } = await run(older, as(target));
			expect(keysOf(events, "copied")).toEqual([CURRENT]);
			expect(result.isComplete).toBe(true);
			await expectContent(
				target,
				new Map(REGISTRY).set(CURRENT, Buffer.from(MOVED)),
			);
		},
	);

	test("(I9) reads no link at a target whose MD5s are the same", async () => {
		const { result, reads } = await readsOf(
			await storeOf(REGISTRY),
			await storeOf(REGISTRY),
		);
		// Not a link, and not read at the source either: there is nothing to compare the MD5 with.
		expect(reads.filter(isNoMarkerOrBlob)).toEqual([
			LOCK[0],
			NOTES[0],
			LOCK[0],
		]);
		expect(result.copied.objects).toBe(0);
	});

	test("(I9) reads each link at a target whose MD5s prove nothing, and skips it", async () => {
		const links = [...REGISTRY.keys()].filter((key) => key.endsWith("/link"));
		for (const as of [withFalseMd5, withoutMd5]) {
			const { result, reads, calls } = await readsOf(
				await storeOf(REGISTRY),
				as(await storeOf(REGISTRY)),
			);
			const ofLinks = reads.filter((key) => key.endsWith("/link"));
			expect(ofLinks.sort()).toEqual(links.sort());
			expect(new Set(writesOf(calls).map((call) => call.key))).toEqual(
				new Set([MARKER_KEY]),
			);
			expect(result).toMatchObject({
				skipped: { objects: REGISTRY.size - 1 },
				isComplete: true,
			});
		}
	});

	test("copies what is gone from the target, shrank or grew there, since it was listed", async () => {
		const target = await storeOf(REGISTRY);
		const gone = formatKey({ ...TAG, tag: "v2" });
		const grown = formatKey({ ...TAG, tag: "latest" });
		const changing = faulty(withoutMd5(target), {
			get: async (key) => {
				if (key === gone) await target.delete([gone]);
				if (key === CURRENT) await target.put(key, Buffer.from("short"));
				if (key === grown) await target.put(key, Buffer.from(`${MOVED}00`));
			},
		});
		const { events } = await run(await storeOf(REGISTRY), changing);
		expect([...keysOf(events, "copied")].sort()).toEqual(
			[CURRENT, gone, grown].sort(),
		);
		await expectContent(target, REGISTRY);
	});

	test("compares an unknown object of the same size by its content, and copies it when that differs", async () => {
		const source = await storeOf(REGISTRY);
		const target = await storeOf(REGISTRY);
		await source.put(NOTES[0], Buffer.from("NOTES"));
		const { events } = await run(source, target);
		expect(keysOf(events, "copied")).toEqual([NOTES[0]]);
		const [key] = NOTES;
		await expectContent(
			target,
			new Map(REGISTRY).set(key, Buffer.from("NOTES")),
		);
	});

	test("counts what is listed twice once", async () => {
		const strays = new Map(REGISTRY);
		const tags = "docker/registry/v2/repositories/acme/app/_manifests/tags";
		strays.set(`${tags}/.DS_Store`, Buffer.from("stray"));
		const first = await run(await storeOf(strays), new MemoryStore());
		expect(first.result.scanned.objects).toBe(strays.size - 1);
		const second = await run(await storeOf(strays), await storeOf(strays));
		expect(second.result.skipped.objects).toBe(strays.size - 1);
	});
});
