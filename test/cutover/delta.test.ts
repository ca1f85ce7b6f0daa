import { describe, expect, test } from "vitest";
import { Delta, verifyDelta } from "../../src/cutover/delta.ts";
import { CUTOVER } from "../../src/cutover/steps.ts";
import type { WorldEvent } from "../../src/cutover/world.ts";
import { kindOf } from "../../src/layout/paths.ts";
import type { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { pushWrites, smallRegistry, storeOf } from "../sync/content.ts";
import { altered } from "../verify/altered-stores.ts";

const PUSHED = pushWrites("acme/later", "v1", ["base", "later"]);
const [TAG = "", INDEX = ""] = PUSHED.map(([key]) => key).reverse();
const [BLOB = ""] = PUSHED.map(([key]) => key).filter(
	(key) => kindOf(key) === "blob",
);

/** Both sides have the same, and a pass has just copied an image. */
async function copied() {
	const all = [...smallRegistry(), ...PUSHED];
	const [source, target] = [await storeOf(all), await storeOf(all)];
	const delta = new Delta();
	for (const [key, { length: size }] of PUSHED)
		delta.observe({ type: "copied", key, kind: kindOf(key), size });
	return { source, target, delta };
}

/** Verifies, and tells what was said. */
async function verified(
	source: ObjectStore,
	target: ObjectStore,
	delta: Delta | undefined,
	acceptsDamage = false,
) {
	const events: WorldEvent[] = [];
	const observe = (event: WorldEvent) => void events.push(event);
	const world = { source, target, acceptsDamage, observe };
	await verifyDelta({ ...world, course: CUTOVER, pass: {} }, delta, {});
	return events;
}

/** Changes what a store holds under a key. */
async function change(store: MemoryStore, key: string, text: string) {
	await store.put(key, Buffer.from(text));
}

describe("verifyDelta", () => {
	test("proves what was copied, and lists nothing for that", async () => {
		const { source, target, delta } = await copied();
		const unlisted = (store: ObjectStore) =>
			altered(store, {
				list() {
					throw new Error("listed");
				},
			});
		const objects = new Set(PUSHED.map(([key]) => key)).size;
		expect(await verified(unlisted(source), unlisted(target), delta)).toEqual([
			{ type: "verified", objects, isWhole: false },
		]);
	});

	test("rejects where a link holds another digest", async () => {
		const { source, target, delta } = await copied();
		await change(target, TAG, `sha256:${"0".repeat(64)}`);
		await expect(verified(source, target, delta)).rejects.toMatchObject({
			code: "unproven",
			message: `the target is not what the source is: 1 different (${TAG})`,
		});
	});

	test("rejects where a blob has another size, or is not there", async () => {
		const { source, target, delta } = await copied();
		await change(target, BLOB, "longer");
		await expect(verified(source, target, delta)).rejects.toThrow(
			`1 different (${BLOB})`,
		);
		await target.delete([BLOB, INDEX]);
		await expect(verified(source, target, delta)).rejects.toThrow(/2 missing/);
	});

	test("rejects where what was deleted is there still", async () => {
		const { source, target, delta } = await copied();
		await source.delete([TAG]);
		delta.observe({ type: "deleted", key: TAG, kind: "current", size: 71 });
		await expect(verified(source, target, delta)).rejects.toThrow(
			`1 extra (${TAG})`,
		);
		await target.delete([TAG]);
		await verified(source, target, delta);
	});

	test("looks at what was in doubt, also where no pass has changed it", async () => {
		const { source, target } = await copied();
		await verified(source, target, new Delta([TAG]));
		await change(target, TAG, `sha256:${"0".repeat(64)}`);
		await verified(source, target, new Delta());
		await expect(verified(source, target, new Delta([TAG]))).rejects.toThrow(
			/1 different/,
		);
	});

	test("verifies all where it is not known what was changed, or it was too much", async () => {
		const { source, target } = await copied();
		const much = new Delta();
		for (let number = 0; number <= 10_000; number++)
			much.observe({
				...{ type: "deleted", key: `${number}`, kind: "other", size: 1 },
			});
		for (const delta of [undefined, much]) {
			const [event] = await verified(source, target, delta);
			expect(event).toMatchObject({ type: "verified", isWhole: true });
		}
		await change(target, TAG, `sha256:${"0".repeat(64)}`);
		for (const delta of [undefined, much])
			await expect(verified(source, target, delta)).rejects.toThrow(TAG);
	});

	test("proves nothing by two sides that are empty", async () => {
		const [source, target] = [await storeOf([]), await storeOf([])];
		await expect(verified(source, target, undefined)).rejects.toThrow(
			"nothing was found",
		);
	});

	test("goes on with what is broken in the source only where that is accepted", async () => {
		const { source, target, delta } = await copied();
		await change(source, TAG, "no digest");
		await expect(verified(source, target, delta)).rejects.toThrow(/corrupt/);
		await verified(source, target, delta, true);
	});
});
