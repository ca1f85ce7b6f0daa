import { describe, expect, test } from "vitest";
import { limit } from "../../src/store/limit.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type Clock, Pace } from "../../src/store/pace.ts";
import { bodyOf } from "../conformance/bodies.ts";
import {
	bytes,
	keysOf,
	numbered,
	pagesOf,
	putAll,
	read,
} from "../conformance/objects.ts";

/** A clock that goes on when somebody waits; and what they waited, in all. */
class TestClock implements Clock {
	#now = 5000;
	waits: number[] = [];

	now(): number {
		return this.#now;
	}

	pass(ms: number): void {
		this.#now += ms;
	}

	async wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
		signal?.throwIfAborted();
		this.waits.push(ms);
		this.#now += ms;
	}

	/** Milliseconds since it began. */
	get passed(): number {
		return Math.round(this.#now - 5000);
	}
}

describe("a pace", () => {
	test("lets units through evenly", async () => {
		const clock = new TestClock();
		const pace = new Pace(100, clock);
		for (let unit = 0; unit < 301; unit++) await pace.take(1, undefined);
		expect(clock.passed).toBe(3000);
		expect(new Set(clock.waits.map(Math.round))).toEqual(new Set([10]));
	});

	test("makes those who come after many units wait for them", async () => {
		const clock = new TestClock();
		const pace = new Pace(1000, clock);
		await pace.take(5000, undefined);
		expect(clock.passed).toBe(0);
		await pace.take(1, undefined);
		expect(clock.passed).toBe(5000);
	});

	test("makes up for timers that are late, but not for a pause", async () => {
		const clock = new TestClock();
		const pace = new Pace(1000, clock);
		for (let unit = 0; unit < 1000; unit++) {
			const before = clock.waits.length;
			await pace.take(1, undefined);
			// Whoever had to wait at all is woken three milliseconds late.
			if (clock.waits.length > before) clock.pass(3);
		}
		expect(clock.passed).toBeLessThan(1000 + 3);
		clock.pass(60_000);
		const began = clock.passed;
		for (let unit = 0; unit < 1100; unit++) await pace.take(1, undefined);
		expect(clock.passed - began).toBeGreaterThanOrEqual(999);
	});

	test("holds for many who wait at once, first come, first served", async () => {
		const order: number[] = [];
		const pace = new Pace(2000);
		const began = performance.now();
		await Promise.all(
			Array.from({ length: 200 }, async (_, index) => {
				await pace.take(1, undefined);
				order.push(index);
			}),
		);
		expect(performance.now() - began).toBeGreaterThan(95);
		expect(order).toEqual([...order].sort((left, right) => left - right));
	});

	test("gives up a wait that is cancelled, with the signal's reason", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const pace = new Pace(0.01);
		await pace.take(1, controller.signal);
		const waiting = Array.from({ length: 100 }, () =>
			expect(pace.take(1, controller.signal)).rejects.toBe(reason),
		);
		controller.abort(reason);
		await Promise.all(waiting);
		await expect(pace.take(1, controller.signal)).rejects.toBe(reason);
	});

	test("follows a rate that changes, also while somebody waits", async () => {
		const clock = new TestClock();
		let rate = 10;
		const pace = new Pace(() => (clock.passed >= 3000 ? rate : 1), clock);
		await pace.take(6, undefined);
		// Three in as many seconds, then the other three in three tenths of one.
		await pace.take(1, undefined);
		expect(clock.passed).toBe(3300);
		rate = Number.POSITIVE_INFINITY;
		await pace.take(1000, undefined);
		await pace.take(1000, undefined);
		expect(clock.passed).toBe(3300);
	});

	test.each([0, -1, Number.NaN])("cannot be %d", (pace) => {
		expect(() => new Pace(pace)).toThrow(RangeError);
	});
});

describe("a store with a limit", () => {
	function limited(options: {
		readonly requestsPerSecond?: number;
		readonly bytesPerSecond?: number;
	}) {
		const clock = new TestClock();
		const memory = new MemoryStore();
		return { clock, memory, store: limit(memory, { ...options, clock }) };
	}

	test("that is none is the store itself", () => {
		const memory = new MemoryStore();
		expect(limit(memory, {})).toBe(memory);
	});

	test("is asked so often a second, whatever for", async () => {
		const { store, clock } = limited({ requestsPerSecond: 10 });
		await store.put("a", bytes("x"));
		await store.head("a");
		await using _reader = await store.get("a");
		await store.put("b", bodyOf([bytes("x")]));
		await store.delete(["b"]);
		await pagesOf(store, { prefix: "" });
		await store.head("a");
		expect(clock.passed).toBe(600);
	});

	test("counts each page of a listing, and each thousand keys of a delete", async () => {
		const { store, memory, clock } = limited({ requestsPerSecond: 10 });
		const keys = numbered(2500);
		await putAll(memory, keys);
		expect(await keysOf(store, { prefix: "" })).toEqual(keys);
		expect(clock.passed).toBe(200);
		await store.delete(keys);
		await store.head("a");
		expect(clock.passed).toBe(600);
	});

	test("counts what goes up in parts by the part", async () => {
		const clock = new TestClock();
		const memory = new MemoryStore();
		const inParts = {
			url: memory.url,
			identity: memory.identity,
			can: { ...memory.can, multipartThreshold: 10 },
			address: memory.address,
			head: memory.head,
			get: memory.get,
			put: async (key: string, body: object) => {
				if ("open" in body && typeof body.open === "function")
					await Array.fromAsync(body.open());
				return await memory.put(key, bytes("x"));
			},
			delete: memory.delete,
			list: memory.list,
			[Symbol.asyncDispose]: memory[Symbol.asyncDispose],
		};
		const store = limit(inParts, { requestsPerSecond: 10, clock });
		const chunks = [7, 7, 7, 14].map((size) => Buffer.alloc(size));
		await store.put("a", bodyOf(chunks));
		await store.put("b", bodyOf([]));
		expect(clock.passed).toBe(400);
	});

	test("moves so many bytes a second, both ways together, in pieces as they come", async () => {
		const { store, memory, clock } = limited({ bytesPerSecond: 1000 });
		await store.put("small", Buffer.alloc(500));
		await store.put("body", bodyOf([Buffer.alloc(250), Buffer.alloc(250)]));
		expect(await read(store, "body")).toHaveLength(500);
		await using reader = await store.get("small");
		expect(await reader.bytes(500)).toHaveLength(500);
		await store.put("last", bytes("x"));
		expect(clock.passed).toBe(2000);
		expect(await read(memory, "body")).toHaveLength(500);
	});

	test("gives up bodies that wait when they are cancelled", async () => {
		const memory = new MemoryStore();
		const store = limit(memory, { bytesPerSecond: 1 });
		await memory.put("a", Buffer.alloc(100));
		const controller = new AbortController();
		const { signal } = controller;
		const reason = new Error("cancelled");
		await using reader = await store.get("a", { signal });
		await reader.bytes(100);
		const waiting = [
			store.put("b", bytes("x"), { signal }),
			store.put("c", bodyOf([bytes("x")]), { signal }),
		].map((put) => expect(put).rejects.toBe(reason));
		controller.abort(reason);
		await Promise.all(waiting);
		expect(await keysOf(memory, { prefix: "" })).toEqual(["a"]);
	});
});
