import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { Outage } from "../../src/store/outage.ts";
import { retry, retrying } from "../../src/store/retry.ts";
import { RetryBudget } from "../../src/store/retry-budget.ts";

const unanswered = () =>
	new StoreError("unavailable", "nothing listens there", {
		...{ store: "memory:", operation: "put", isUnanswered: true },
	});

/** A store of which every put fails while it is told so; and what it was asked. */
function breakable(failure: () => Error): {
	readonly store: ObjectStore;
	isOut: boolean;
	asked: number;
} {
	const memory = new MemoryStore();
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
		expect(told).toEqual(["nothing listens there", "memory: is back"]);
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
					...{ store: "memory:", operation: "put" },
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
});
