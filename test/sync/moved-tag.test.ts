import { describe, expect, test } from "vitest";
import { formatKey } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import {
	contentOf,
	imageWrites,
	pushWrites,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();
const repository = "acme/app";
const CURRENT = formatKey({ kind: "current", repository, tag: "v1" });
const revisionOf = (image: readonly string[]) =>
	formatKey({
		kind: "revision",
		repository,
		digest: imageWrites(repository, image).digest,
	});

/** What the tag names when the pass reads it, and from then on. */
const OLD = ["base", "old"];
const NEW = ["base", "new"];
const BEFORE = new Map([...REGISTRY, ...pushWrites(repository, "v1", OLD)]);

/** A registry that does something right after the tag was read for the first time. */
async function liveSource(
	act: (content: MemoryStore) => Promise<void>,
): Promise<ObjectStore> {
	const content = await storeOf(BEFORE);
	let isRead = false;
	return {
		...faulty(content, {}),
		async get(key, options) {
			const reader = await content.get(key, options);
			if (key === CURRENT && !isRead) {
				isRead = true;
				await act(content);
			}
			return reader;
		},
	};
}

async function write(store: ObjectStore, writes: readonly Write[]) {
	for (const [key, content] of writes) await store.put(key, content);
}

describe("sync › a tag whose image is deleted while the pass reads", () => {
	test("because the tag moved on: (I1) the old image is not published, and the next pass copies the new one", async () => {
		const source = await liveSource(async (content) => {
			await write(content, pushWrites(repository, "v1", NEW));
			await content.delete([revisionOf(OLD)]);
		});
		const target = await storeOf(REGISTRY);
		const { result, events } = await run(source, target);
		expect(keysOf(events, "held-back")).toEqual([CURRENT]);
		expect(result).toMatchObject({ heldBack: 1, isComplete: false });
		const found = await contentOf(target);
		expect(found.get(CURRENT)).toEqual(REGISTRY.get(CURRENT));

		const next = await run(source, target);
		expect(next.result.isComplete).toBe(true);
		const copied = (await contentOf(target)).get(CURRENT);
		expect(copied).toEqual((await contentOf(source)).get(CURRENT));
	});

	test("because the tag moved on: (I1) nothing is deleted under the old image that the target has", async () => {
		const source = await liveSource(async (content) => {
			await write(content, pushWrites(repository, "v1", NEW));
			await content.delete([revisionOf(OLD)]);
		});
		const target = await storeOf(BEFORE);
		const deletes = { approve: () => true };
		const { result, events } = await run(source, target, { deletes });
		expect(keysOf(events, "held-back")).toEqual([CURRENT]);
		expect(result).toMatchObject({ deleted: { objects: 0 }, heldBack: 1 });
		await expectClosed(target, BEFORE);

		const next = await run(source, target, { deletes });
		expect(next.result).toMatchObject({
			deleted: { objects: 1 },
			isComplete: true,
		});
		await expectContent(target, await contentOf(source));
	});

	test("together with the tag: it is gone, which is normal", async () => {
		const source = await liveSource(async (content) => {
			await content.delete([revisionOf(OLD), CURRENT]);
		});
		const target = new MemoryStore();
		const { result, events } = await run(source, target);
		expect(keysOf(events, "vanished")).toEqual([CURRENT]);
		expect(result).toMatchObject({ heldBack: 0, vanished: 1, failed: 0 });
		expect((await contentOf(target)).has(CURRENT)).toBe(false);
	});

	test("while the tag stays: it dangles in the source too, and is mirrored and reported", async () => {
		const without = new Map(BEFORE);
		without.delete(revisionOf(OLD));
		const source = await storeOf(without);
		const target = new MemoryStore();
		const { result, events } = await run(source, target);
		expect(events).toContainEqual({
			type: "broken",
			damage: {
				kind: "dangling",
				key: CURRENT,
				found: expect.stringMatching(/^its repository has no manifest sha256:/),
			},
		});
		expect(result).toMatchObject({ heldBack: 0, damage: { dangling: 1 } });
		await expectContent(target, without);
	});
});
