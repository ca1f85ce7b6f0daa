import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { Outage } from "../../src/store/outage.ts";
import { retry, retrying } from "../../src/store/retry.ts";
import { RetryBudget } from "../../src/store/retry-budget.ts";

const unanswered = () =>
	new StoreError("unavailable", "nothing listens there", {
		...{ store: "memory://one", operation: "put", isUnanswered: true },
	});

/** A store of which every put fails while it is told so; and what it was asked. */
function breakable(failure: () => Error): {
	readonly store: ObjectStore;
	isOut: boolean;
	asked: number;
} {
	const memory = new MemoryStore("one");
	const state = { store: memory as ObjectStore, isOut: false, asked: 0 };
	state.store = Object.create(memory, {
		put: {
			value: async (...args: Parameters<ObjectStore["put"]>) => {
				state.asked++;
				if (state.isOut) throw failure();
				return await memory.put(...args);
			},
		},
	});
	return state;
}

/** Waits as a store does, but not for long. */
const QUICK = { baseMs: 0, capMs: 2, retries: 2 };

describe("an outage", () => {
	test("is waited out, however many attempts that takes, and told of once", async () => {
		const told: string[] = [];
		const outage = new Outage({
			patienceMs: 60_000,
			onBegin: ({ reason }) => told.push(reason),
			onEnd: (store) => told.push(`${store} is back`),
		});
		const server = breakable(unanswered);
		const budget = new RetryBudget(5);
		const store = retry(server.store, { ...QUICK, budget, outage });
		await store.put("before", Buffer.from("1"));
		server.isOut = true;
		const puts = ["a", "b", "c"].map((key) => store.put(key, Buffer.from(key)));
		while (server.asked < 50) await new Promise((done) => setTimeout(done, 1));
		server.isOut = false;
		await Promise.all(puts);
		expect(told).toEqual(["nothing listens there", "memory://one is back"]);
	});

	test("is given up when it lasts for longer than the patience", async () => {
		let now = 0;
		const outage = new Outage({ patienceMs: 1000, now: () => (now += 100) });
		const server = breakable(unanswered);
		server.isOut = true;
		const store = retry(server.store, { ...QUICK, outage });
		await expect(store.put("a", Buffer.from("1"))).rejects.toMatchObject({
			reason: "nothing listens there",
		});
		expect(now).toBeGreaterThan(1000);
	});

	test("is none while others get through: what fails alone fails as soon as ever", async () => {
		const outage = new Outage({ patienceMs: 60_000 });
		const others = new MemoryStore();
		const call = async () => {
			await retrying(() => others.head("a"), undefined, { outage });
			throw unanswered();
		};
		await expect(
			retrying(call, undefined, { ...QUICK, outage }),
		).rejects.toMatchObject({ isUnanswered: true });
	});

	test("is none where the server answers, whatever the answer", async () => {
		const server = breakable(
			() =>
				new StoreError("unavailable", "500", {
					...{ store: "memory://one", operation: "put" },
				}),
		);
		server.isOut = true;
		const outage = new Outage({ patienceMs: 60_000 });
		const store = retry(server.store, { ...QUICK, outage });
		await expect(store.put("a", Buffer.from("1"))).rejects.toMatchObject({
			reason: "500",
		});
		expect(server.asked).toBe(3);
	});

	test("is waited out also by a call that was tried in vain within", async () => {
		const server = breakable(unanswered);
		const inner = retry(server.store, QUICK);
		const outage = new Outage({ patienceMs: 60_000 });
		const store = retry(inner, { ...QUICK, outage });
		server.isOut = true;
		const put = store.put("a", Buffer.from("1"));
		while (server.asked < 20) await new Promise((done) => setTimeout(done, 1));
		server.isOut = false;
		await expect(put).resolves.toMatchObject({ size: 1 });
	});

	test("ends when the call is cancelled", async () => {
		const server = breakable(unanswered);
		server.isOut = true;
		const outage = new Outage({ patienceMs: 60_000 });
		const store = retry(server.store, { ...QUICK, outage });
		const controller = new AbortController();
		const { signal } = controller;
		const put = store.put("a", Buffer.from("1"), { signal });
		while (server.asked < 20) await new Promise((done) => setTimeout(done, 1));
		controller.abort(new Error("enough"));
		await expect(put).rejects.toThrow("enough");
	});

	test("is waited out also by what was on its way when others got through for the last time", async () => {
		const outage = new Outage({ patienceMs: 60_000 });
		const server = breakable(unanswered);
		const budget = new RetryBudget(0);
		const store = retry(server.store, { ...QUICK, budget, outage });
		const began = Promise.withResolvers<void>();
		let attempts = 0;
		const late = retrying(
			async () => {
				if (++attempts === 1) await began.promise;
				return await server.store.put("late", Buffer.from("1"));
			},
			undefined,
			{ ...QUICK, budget, outage },
		);
		await store.put("last", Buffer.from("1"));
		server.isOut = true;
		began.resolve();
		const result = late.catch((error: unknown) => error);
		for (let turn = 0; turn < 1000 && server.asked < 20; turn++)
			await new Promise((done) => setTimeout(done, 1));
		server.isOut = false;
		expect(await result).toMatchObject({ size: 1 });
	});

	test("of a source is not waited for once more by the target that was to have its bytes", async () => {
		const told: string[] = [];
		const onBegin = ({ store }: StoreError) => told.push(store);
		const target = new MemoryStore();
		const outage = new Outage({ patienceMs: 60_000, onBegin });
		const store = retry(target, { ...QUICK, outage });
		const body = {
			size: 1,
			bytes: () =>
				Promise.reject(
					new StoreError("unavailable", "nothing listens there", {
						...{ store: "memory:source", operation: "get", isUnanswered: true },
					}),
				),
			open: () => expect.unreachable(),
		};
		const given = new AbortController();
		const { signal } = given;
		const cancelled = setTimeout(() => given.abort(new Error("waited")), 500);
		await expect(store.put("a", body, { signal })).rejects.toMatchObject({
			store: "memory:source",
		});
		clearTimeout(cancelled);
		expect(told).toEqual([]);
	});

	test("is not waited for beyond the time at which all is to end", async () => {
		const server = breakable(unanswered);
		server.isOut = true;
		const endsAt = new Date(Date.now() + 50);
		const outage = new Outage({ patienceMs: 60_000, endsAt });
		const store = retry(server.store, { ...QUICK, capMs: 60_000, outage });
		const began = performance.now();
		await expect(store.put("a", Buffer.from("1"))).rejects.toMatchObject({
			reason: "nothing listens there",
		});
		expect(performance.now() - began).toBeLessThan(5000);
	});
});
