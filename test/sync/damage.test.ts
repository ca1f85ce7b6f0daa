import { describe, expect, test } from "vitest";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { SyncEvent } from "../../src/sync/events.ts";
import { failure } from "../support/faults.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	blob,
	contentOf,
	digestOf,
	imageWrites,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();

/** A layer of one of two platforms. */
const [LAYER] = blob("amd64");
const GOOD = Buffer.from("amd64");

const MANIFEST = blobKey(imageWrites("acme/app", ["base", "one"]).digest);

/** The registry with some objects changed. */
function changed(...writes: readonly Write[]) {
	return new Map([...REGISTRY, ...writes]);
}

function without(...keys: readonly string[]) {
	const rest = new Map(REGISTRY);
	for (const key of keys) rest.delete(key);
	return rest;
}

function damageOf(events: readonly SyncEvent[]) {
	return events.flatMap((event) =>
		event.type === "broken"
			? [`${event.damage.kind}: ${event.damage.key}`]
			: [],
	);
}

describe("sync › a corrupt blob", () => {
	test.each([
		["a turned bit", LAYER, "amd65"],
		["its end cut off", LAYER, "amd"],
		["something added", LAYER, "amd64amd64"],
		["nothing in it", LAYER, ""],
		["a turned bit, and is a manifest", MANIFEST, "{}"],
	])(
		"(I4) with %s stays out of the target; all else is mirrored, and the source left alone",
		async (_, key, bytes) => {
			const registry = changed([key, Buffer.from(bytes)]);
			const source = await storeOf(registry);
			const target = new MemoryStore();
			const { result, events } = await run(source, target);
			await expectContent(target, without(key));
			await expectClosed(target, without(key));
			await expectContent(source, registry);
			expect(damageOf(events)).toEqual([`corrupt: ${key}`]);
			expect(result).toMatchObject({
				failed: 0,
				heldBack: 0,
				damage: { corrupt: 1 },
				isComplete: false,
			});

			const good = REGISTRY.get(key) ?? Buffer.alloc(0);
			await source.put(key, good);
			const next = await run(source, target);
			expect(keysOf(next.events, "copied")).toEqual([key]);
			expect(next.result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
		},
	);

	test("(I4) never replaces a good one at the target", async () => {
		const target = await storeOf(REGISTRY);
		const source = await storeOf(changed([LAYER, Buffer.from("cut")]));
		await run(source, target);
		await expectContent(target, REGISTRY);
	});

	test("(I4) a blob at the target that is cut off is replaced by the good one of the source", async () => {
		const target = await storeOf(changed([LAYER, Buffer.from("cut")]));
		const { events } = await run(await storeOf(REGISTRY), target);
		expect(keysOf(events, "copied")).toEqual([LAYER]);
		await expectContent(target, REGISTRY);
	});
});

describe("sync › a blob that is being written in place", () => {
	test.each([
		["cut off when it is read", "amd", "head"],
		["empty when it is listed, and whole when it is read", "", "get"],
	] as const)("is copied when it was %s", async (_, half, call) => {
		const content = await storeOf(changed([LAYER, Buffer.from(half)]));
		const source = faulty(content, {
			[call]: (key: string) =>
				key === LAYER ? content.put(LAYER, GOOD) : undefined,
		});
		const target = new MemoryStore();
		const { result } = await run(source, target);
		expect(result).toMatchObject({ isComplete: true, damage: { corrupt: 0 } });
		await expectContent(target, REGISTRY);
	});

	test("has vanished a moment later: what needs it waits", async () => {
		const content = await storeOf(changed([LAYER, Buffer.from("amd")]));
		const source = faulty(content, {
			head: (key) => (key === LAYER ? content.delete([LAYER]) : undefined),
		});
		const target = new MemoryStore();
		const { result, events } = await run(source, target);
		expect(keysOf(events, "vanished")).toEqual([LAYER]);
		expect(result.heldBack).toBeGreaterThan(0);
		await expectClosed(target, REGISTRY);
	});
});

describe("sync › a malformed link", () => {
	const repository = "acme/app";
	const current = formatKey({ kind: "current", repository, tag: "v1" });
	const { digest } = imageWrites(repository, ["base", "one"]);
	const revision = formatKey({ kind: "revision", repository, digest });

	test.each([
		["a tag's", current],
		["a revision's", revision],
	])("never replaces a good one at the target: %s", async (_, key) => {
		const target = traced(await storeOf(REGISTRY));
		const source = await storeOf(changed([key, Buffer.alloc(0)]));
		const { result, events } = await run(source, target.store);
		expect(writesOf(target.calls).map((call) => call.key)).toEqual([
			MARKER_KEY,
			MARKER_KEY,
		]);
		expect(damageOf(events)).toEqual([`malformed: ${key}`]);
		expect(result).toMatchObject({ failed: 0, heldBack: 0, isComplete: false });
	});

	test("is not copied, and holds nothing back", async () => {
		const source = await storeOf(changed([revision, Buffer.from("sha256:0a")]));
		const target = new MemoryStore();
		const { result } = await run(source, target);
		await expectContent(target, without(revision));
		expect(result).toMatchObject({
			heldBack: 0,
			damage: { malformed: 1 },
			isComplete: false,
		});
	});

	test("is none when it was being written in place, and is whole a moment later", async () => {
		const content = await storeOf(changed([current, Buffer.alloc(0)]));
		let reads = 0;
		const source = faulty(content, {
			get: async (key) => {
				if (key === current && ++reads === 2)
					await content.put(key, REGISTRY.get(key) ?? Buffer.alloc(0));
			},
		});
		const target = new MemoryStore();
		expect((await run(source, target)).result.isComplete).toBe(true);
		await expectContent(target, REGISTRY);
	});
});

describe("sync › a layer link to a blob that is gone, and that a manifest mentions", () => {
	const repository = "acme/app";
	const [gone, content] = blob("one");
	const digest = digestOf("one");
	const key = formatKey({ kind: "layer", repository, digest });

	test("is mirrored as it is, reported, and holds nothing back", async () => {
		const registry = without(gone);
		const target = new MemoryStore();
		const { result, events } = await run(await storeOf(registry), target);
		await expectContent(target, registry);
		expect(damageOf(events)).toEqual([`dangling: ${key}`]);
		expect(result).toMatchObject({
			damage: { dangling: 1 },
			heldBack: 0,
			isComplete: true,
		});
	});

	test("(I1) is held back when its blob is there after all: pushed, or missing from a list", async () => {
		const source = await storeOf(without(gone));
		const target = new MemoryStore();
		const pushing = faulty(target, {
			put: () => source.put(gone, content),
		});
		const { result, events } = await run(source, pushing);
		expect(damageOf(events)).toEqual([]);
		expect(keysOf(events, "held-back")).toContain(key);
		expect(result.isComplete).toBe(false);
		await expectClosed(target, await contentOf(source));
		expect((await run(source, target)).result.isComplete).toBe(true);
		await expectContent(target, await contentOf(source));
	});

	test("(I1, I2) is held back when its blob cannot be looked for", async () => {
		const source = faulty(await storeOf(without(gone)), {
			head: (asked) => {
				throw failure("unavailable", asked);
			},
		});
		const { events } = await run(source, new MemoryStore());
		expect(keysOf(events, "held-back")).toContain(key);
	});
});

describe("sync › an entry of a tag's history, of a manifest whose blob is gone", () => {
	const repository = "acme/app";
	const { digest } = imageWrites(repository, ["base", "one"]);
	const entry = formatKey({ kind: "index", repository, tag: "latest", digest });
	const revision = formatKey({ kind: "revision", repository, digest });
	/** What names it as well. */
	const tag = formatKey({ kind: "current", repository, tag: "v1" });
	const tagEntry = formatKey({ kind: "index", repository, tag: "v1", digest });

	test("is left over where its revision is gone, too: mirrored as it is, counted, and no damage", async () => {
		const registry = without(MANIFEST, revision, tag, tagEntry);
		expect(registry.has(entry)).toBe(true);
		const source = await storeOf(registry);
		const target = new MemoryStore();
		const { result, events } = await run(source, target);
		await expectContent(target, registry);
		expect(damageOf(events)).toEqual([]);
		expect(result).toMatchObject({
			leftovers: 1,
			damage: { corrupt: 0, malformed: 0, dangling: 0 },
			heldBack: 0,
			isComplete: true,
		});
		const next = await run(source, target);
		expect(keysOf(next.events, "copied")).toEqual([]);
	});

	test("says nothing where its revision is there: that is the damage, and is told once, beside the tag", async () => {
		const registry = without(MANIFEST);
		const target = new MemoryStore();
		const { result, events } = await run(await storeOf(registry), target);
		await expectContent(target, registry);
		expect(damageOf(events)).toEqual([
			`dangling: ${revision}`,
			`dangling: ${tag}`,
		]);
		expect(result).toMatchObject({ leftovers: 0, damage: { dangling: 2 } });
	});

	test("(I1) is held back when the blob is there after all", async () => {
		const source = await storeOf(without(MANIFEST, revision, tag, tagEntry));
		const target = new MemoryStore();
		const pushing = faulty(target, {
			put: () => source.put(MANIFEST, REGISTRY.get(MANIFEST) ?? GOOD),
		});
		const { result, events } = await run(source, pushing);
		expect(keysOf(events, "held-back")).toContain(entry);
		expect(result).toMatchObject({ leftovers: 0, isComplete: false });
		await expectClosed(target, await contentOf(source));
		expect((await run(source, target)).result.isComplete).toBe(true);
		await expectContent(target, await contentOf(source));
	});

	test("(I1, I2) is held back when the blob cannot be looked for", async () => {
		const content = await storeOf(without(MANIFEST, revision, tag, tagEntry));
		const source = faulty(content, {
			head: (asked) => {
				throw failure("unavailable", asked);
			},
		});
		const { result, events } = await run(source, new MemoryStore());
		expect(keysOf(events, "held-back")).toContain(entry);
		expect(result.leftovers).toBe(0);
	});
});
