import { describe, expect, test } from "vitest";
import { faults, faulty, type ScriptedFault } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { retry } from "../../src/store/retry.ts";
import { RetryBudget } from "../../src/store/retry-budget.ts";
import { failure } from "../support/faults.ts";
import { smallRegistry, storeOf } from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";

const REGISTRY = smallRegistry();

test("sync › (I1) a target that is gone for long ends the pass soon, within the budget of retries; the next pass makes good", async () => {
	const memory = new MemoryStore();
	let puts = 0;
	const dying = faulty(memory, {
		put: (key) => {
			if (++puts > 5) throw failure("unavailable", key);
		},
	});
	const reserve = 10;
	const budget = new RetryBudget(reserve);
	const target = retry(dying, { baseMs: 0, budget });
	const { result } = await run(await storeOf(REGISTRY), target);
	expect(result.isComplete).toBe(false);
	expect(result.failed).toBeGreaterThan(0);
	// Each object once; and what is retried is charged.
	expect(puts).toBeLessThanOrEqual(REGISTRY.size + 1 + reserve);
	await expectClosed(memory, REGISTRY);

	expect((await run(await storeOf(REGISTRY), memory)).result.isComplete).toBe(
		true,
	);
	await expectContent(memory, REGISTRY);
});

/** Everything that can go wrong on the way and be noticed, or proven wrong. */
const SCRIPT: readonly ScriptedFault[] = [
	{ at: "head", share: 0.1 },
	{ at: "get", share: 0.1 },
	{ at: "piece", share: 0.1 },
	{ at: "put", share: 0.1, code: "throttled" },
	{ at: "put", share: 0.1 },
	{ at: "putAnswer", share: 0.1 },
	// What comes wrong twice counts as broken in the source.
	{ at: "flip", share: 0.1, times: 1, keys: /\/blobs\// },
];

describe("sync › (I1) a source and a target that fail by script", () => {
	const passed = async (
		wrap: (store: ObjectStore, seed: number) => ObjectStore,
		seed: number,
	) => {
		const [source, target] = [await storeOf(REGISTRY), new MemoryStore()];
		const outcome = await run(wrap(source, seed), wrap(target, -seed)).catch(
			(error: unknown) => {
				// The marker, or a lock file, could not be read or written: the pass ended.
				expect(error).toMatchObject({ retryable: true });
				return undefined;
			},
		);
		await expectClosed(target, REGISTRY);
		expect((await run(source, target)).result.isComplete).toBe(true);
		await expectContent(target, REGISTRY);
		return outcome?.result;
	};

	test("leave the target closed, and the next pass makes it whole", async () => {
		const failed = [];
		for (let seed = 1; seed <= 30; seed++) {
			const result = await passed(
				(store, of) => faults(store, SCRIPT, of),
				seed,
			);
			if (result !== undefined) failed.push(result.failed);
		}
		expect(Math.max(...failed)).toBeGreaterThan(0);
	});

	test("are survived in one pass where calls are tried again", async () => {
		const passing = SCRIPT.filter(({ at }) => at !== "piece" && at !== "flip");
		for (let seed = 1; seed <= 30; seed++) {
			const result = await passed(
				(store, of) => retry(faults(store, passing, of), { baseMs: 0 }),
				seed,
			);
			expect(result).toMatchObject({ failed: 0, isComplete: true });
		}
	});
});

test("sync › a target that is gone for good is told of object by object, in a result, not only by what fails last", async () => {
	const memory = new MemoryStore();
	let isGone = false;
	const fail = (key: string) => {
		if (isGone) throw failure("unavailable", key);
	};
	const dying = faulty(memory, {
		head: fail,
		get: fail,
		list: fail,
		put: (key) => {
			isGone ||= key.includes("/_layers/");
			fail(key);
		},
	});
	const { result, events } = await run(await storeOf(REGISTRY), dying);
	expect(result).toMatchObject({ isComplete: false, isStopped: false });
	expect(keysOf(events, "failed")).toHaveLength(result.failed);
	await expectClosed(memory, REGISTRY);
	expect((await run(await storeOf(REGISTRY), memory)).result.isComplete).toBe(
		true,
	);
});
