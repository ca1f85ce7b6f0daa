import { describe, expect, test } from "vitest";
import { BLOBS_PREFIX } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { readMarker } from "../../src/sync/marker.ts";
import type { SyncOptions } from "../../src/sync/pass.ts";
import { traced } from "../support/trace.ts";
import { blob, putAll, smallRegistry, storeOf } from "./content.ts";
import { expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();
const BLOBS = [...REGISTRY.keys()].filter((key) =>
	key.startsWith(BLOBS_PREFIX),
);
const [DAMAGED = "", ...GOOD] = BLOBS;
/** Of the right size, and wrong. */
const WRONG = Buffer.from(REGISTRY.get(DAMAGED)?.map((byte) => byte ^ 1) ?? []);
/** What another tool has left of the registry at the target, with one blob that it has damaged. */
const LEFT = new Map(REGISTRY).set(DAMAGED, WRONG);

/** A pass, and which blobs it has read at the target. */
async function pass(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
) {
	const { store, calls } = traced(target);
	const { result } = await run(source, store, options);
	const read = calls
		.filter(({ operation }) => operation === "get")
		.map(({ key }) => key)
		.filter((key) => key.startsWith(BLOBS_PREFIX));
	return { result, read: read.sort() };
}

describe("sync › (I4) a blob at the target that no pass has put there", () => {
	test("is read once, and replaced when it is wrong", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = await storeOf(LEFT);
		const options = { indexPath: index.path };
		const first = await pass(source, target, options);
		expect(first.read).toEqual([...BLOBS].sort());
		expect(first.result).toMatchObject({
			isComplete: true,
			copied: { objects: 1 },
			proven: { objects: BLOBS.length },
		});
		await expectContent(target, REGISTRY);
		expect((await readMarker(target, undefined))?.isUnproven).toBe(false);
		for (const again of [{ ...options, relist: true }, {}])
			expect((await pass(source, target, again)).read).toEqual([]);
	});

	test("is in place before any link to it is written (I1)", async () => {
		const source = await storeOf(REGISTRY);
		const blobs = [...LEFT].filter(([key]) => key.startsWith(BLOBS_PREFIX));
		const target = await storeOf(blobs);
		const { store, calls } = traced(target);
		await run(source, store);
		const replaced = calls.findIndex(
			({ operation, key }) => operation === "put" && key === DAMAGED,
		);
		const linked = calls.findIndex(
			({ operation, key }) => operation === "put" && key.endsWith("/link"),
		);
		expect(replaced).toBeGreaterThan(0);
		expect(replaced).toBeLessThan(linked);
	});

	test("is not read in a dry run, which says how many there are", async () => {
		const dry = { isDryRun: true };
		const source = await storeOf(REGISTRY);
		const { read, result } = await pass(source, await storeOf(LEFT), dry);
		expect(read).toEqual([]);
		expect(result.proven.objects).toBe(BLOBS.length);
	});

	test("is still known to be unproven after a pass that was ended; what was proven is not read again", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = await storeOf(LEFT);
		const controller = new AbortController();
		const { signal } = controller;
		const ending = faulty(target, {
			put: (key) => {
				if (key === DAMAGED) controller.abort(new Error("the end"));
			},
		});
		const options = { indexPath: index.path, concurrency: 1 };
		await expect(pass(source, ending, { ...options, signal })).rejects.toThrow(
			"the end",
		);
		expect((await readMarker(target, undefined))?.isUnproven).toBe(true);
		const { read } = await pass(source, target, options);
		expect(read).toContain(DAMAGED);
		expect(read.length).toBe(BLOBS.length - BLOBS.toSorted().indexOf(DAMAGED));
		await expectContent(target, REGISTRY);
		expect(GOOD.length).toBeGreaterThan(1);
	});

	test("is read once more when somebody has written it again", async () => {
		using index = new TemporaryIndex();
		const source = await storeOf(REGISTRY);
		const target = await storeOf(LEFT);
		// Not in the source, so it stays unproven.
		await putAll(target, [blob("extra")]);
		const options = { indexPath: index.path };
		await pass(source, target, options);
		await target.put(DAMAGED, WRONG);
		const second = await pass(source, target, { ...options, relist: true });
		expect(second.read).toEqual([DAMAGED]);
		await expectContent(target, new Map([...REGISTRY, blob("extra")]));
	});

	test("is read when its source has it only later", async () => {
		using index = new TemporaryIndex();
		const [key, content] = blob("later");
		const source = await storeOf(REGISTRY);
		const target = await storeOf([[key, Buffer.from("l8ter")]]);
		const options = { indexPath: index.path };
		expect((await pass(source, target, options)).read).toEqual([]);
		await source.put(key, content);
		for (const read of [[key], []])
			expect((await pass(source, target, options)).read).toEqual(read);
		await expectContent(target, new Map([...REGISTRY, [key, content]]));
	});
});
