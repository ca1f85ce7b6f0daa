import { describe, expect, test } from "vitest";
import { parseDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { copyRank } from "../../src/layout/order.ts";
import { blobKey, kindOf, repositoryOf } from "../../src/layout/paths.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { retry } from "../../src/store/retry.ts";
import { ObjectIndex } from "../../src/sync/object-index.ts";
import { openTable } from "../../src/sync/object-table.ts";
import { failure } from "../support/faults.ts";
import { type Content, LOCK, smallRegistry, storeOf } from "./content.ts";
import { expectClosed, expectContent, keysOf, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = smallRegistry();
const [LOCK_KEY] = LOCK;

/** Whatever must wait while one object cannot be copied, found by the rules of I1 alone. */
function heldBackBy(failed: string, registry: Content): readonly string[] {
	const trouble = new Set([failed]);
	const rankOf = (key: string) => copyRank(kindOf(key));
	const needsTrouble = (content: Buffer) => {
		const digest = parseDigest(content.toString());
		return digest !== undefined && trouble.has(blobKey(digest));
	};
	const isAboveTrouble = (key: string) =>
		[...trouble].some(
			(other) =>
				repositoryOf(other) !== undefined &&
				repositoryOf(other) === repositoryOf(key) &&
				rankOf(other) < rankOf(key),
		);
	const links = [...registry].filter(([key]) => rankOf(key) >= 2);
	for (const [key, content] of links.sort(
		([left], [right]) => rankOf(left) - rankOf(right),
	)) {
		if (key !== failed && (needsTrouble(content) || isAboveTrouble(key)))
			trouble.add(key);
	}
	trouble.delete(failed);
	return [...trouble].sort();
}

describe("sync › a mistake of our own while an object is put", () => {
	test("is blamed on neither side, and the object is taken to be there or not (I2)", async () => {
		using index = new TemporaryIndex();
		const indexPath = index.path;
		const source = await storeOf(REGISTRY);
		const target = new MemoryStore();
		const [failed = ""] = [...REGISTRY.keys()].filter((key) =>
			key.endsWith("/current/link"),
		);
		const failing: ObjectStore = {
			...faulty(target, {}),
			put: async (key, body, options) => {
				const meta = await target.put(key, body, options);
				if (key === failed) throw new TypeError("it is undefined");
				return meta;
			},
		};
		const { events } = await run(source, failing, { indexPath });
		const errors = events.flatMap((event) =>
			event.type === "failed" ? [event.error] : [],
		);
		expect(errors).toMatchObject([
			{
				code: "unknown",
				reason: "it is undefined",
				store: `${source.url} to ${target.url}`,
			},
		]);
		const table = openTable(indexPath);
		const known = new ObjectIndex(table, 0).find(failed);
		table.database.close();
		expect(known?.isAtTarget).toBe(false);
		expect((await run(source, target, { indexPath })).result.isComplete).toBe(
			true,
		);
	});
});

describe("sync › when one put fails for good", () => {
	test.each([...REGISTRY.keys()].filter((key) => key !== LOCK_KEY))(
		"(I1) the target is closed, what needs it waits, and the next pass completes: %s",
		async (failed) => {
			const source = await storeOf(REGISTRY);
			const target = new MemoryStore();
			const failing = faulty(target, {
				put: (key) => {
					if (key === failed) throw failure("permission-denied", key);
				},
			});
			const { result, events } = await run(source, failing);
			await expectClosed(target, REGISTRY);
			const waiting = heldBackBy(failed, REGISTRY);
			expect(keysOf(events, "failed")).toEqual([failed]);
			expect([...keysOf(events, "held-back")].sort()).toEqual(waiting);
			expect(result).toMatchObject({
				failed: 1,
				heldBack: waiting.length,
				isComplete: false,
			});

			const next = await run(source, target);
			expect(next.result.isComplete).toBe(true);
			expect([...keysOf(next.events, "copied")].sort()).toEqual(
				[failed, ...waiting].sort(),
			);
			await expectContent(target, REGISTRY);
		},
	);

	test("(I1) the lock file: nothing is copied, and the pass says why", async () => {
		const target = new MemoryStore();
		const failing = faulty(target, {
			put: (key) => {
				if (key === LOCK_KEY) throw failure("permission-denied", key);
			},
		});
		await expect(run(await storeOf(REGISTRY), failing)).rejects.toMatchObject({
			code: "permission-denied",
		});
		await expectContent(target, new Map());
	});
});

describe("sync › when one object of the source cannot be read", () => {
	test.each([...REGISTRY.keys()].filter((key) => key !== LOCK_KEY))(
		"(I1, I2) the target is closed and the pass is not complete: %s",
		async (failed) => {
			const content = await storeOf(REGISTRY);
			const source = faulty(content, {
				get: (key) => {
					if (key === failed) throw failure("permission-denied", key);
				},
			});
			const target = new MemoryStore();
			const { result } = await run(source, target);
			await expectClosed(target, REGISTRY);
			expect(result.failed + result.unreadable).toBe(1);
			expect(result.heldBack).toBe(heldBackBy(failed, REGISTRY).length);
			expect(result.isComplete).toBe(false);

			expect((await run(content, target)).result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
		},
	);
});

describe("sync › when an object vanishes between listing and copying", () => {
	test.each([...REGISTRY.keys()].filter((key) => key.endsWith("/data")))(
		"(I1) what needs it waits, and it is not called a failure: %s",
		async (vanishing) => {
			const rest = new Map(REGISTRY);
			rest.delete(vanishing);
			const source = await storeOf(REGISTRY);
			const target = faulty(new MemoryStore(), {
				put: () => source.delete([vanishing]),
			});
			const { result, events } = await run(source, target);
			await expectClosed(target, REGISTRY);
			expect(keysOf(events, "vanished")).toEqual([vanishing]);
			expect(result).toMatchObject({ failed: 0, vanished: 1 });

			// The next pass finds a source that lacks it: now the links to it dangle, and are mirrored.
			expect((await run(source, target)).result.isComplete).toBe(true);
			await expectContent(target, rest);
		},
	);
});

test("sync › a burst of throttling delays the pass and fails nothing", async () => {
	const target = new MemoryStore();
	const attempts = new Map<string, number>();
	const throttling = faulty(target, {
		put: (key) => {
			const attempt = (attempts.get(key) ?? 0) + 1;
			attempts.set(key, attempt);
			if (attempt < 3) throw failure("throttled", key);
		},
	});
	const patient = retry(throttling, { baseMs: 0, capMs: 0 });
	const { result } = await run(await storeOf(REGISTRY), patient);
	expect(result).toMatchObject({ failed: 0, heldBack: 0, isComplete: true });
	await expectContent(target, REGISTRY);
});

test("sync › stops after too many failures, and the target is closed (I1)", async () => {
	const target = new MemoryStore();
	const failing = faulty(target, {
		put: (key) => {
			if (key.includes("/blobs/")) throw failure("unavailable", key);
		},
	});
	const options = { maxFailures: 3, concurrency: 2 };
	const { result } = await run(await storeOf(REGISTRY), failing, options);
	expect(result).toMatchObject({ isStopped: true, isComplete: false });
	expect(result.failed).toBeGreaterThanOrEqual(3);
	expect(result.failed).toBeLessThan(3 + 2);
	await expectClosed(target, REGISTRY);
});

test("sync › stops at once when its credentials are refused", async () => {
	const failing = faulty(new MemoryStore(), {
		put: (key) => {
			if (key !== MARKER_KEY && key !== LOCK_KEY)
				throw failure("unauthenticated", key);
		},
	});
	const options = { concurrency: 1 };
	const { result } = await run(await storeOf(REGISTRY), failing, options);
	expect(result).toMatchObject({ isStopped: true, failed: 1 });
});
