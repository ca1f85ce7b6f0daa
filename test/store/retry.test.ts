import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { ObjectBody } from "../../src/store/body.ts";
import { StoreError, type StoreErrorCode } from "../../src/store/errors.ts";
import { faulty } from "../../src/store/faults.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { type RetryOptions, retry, retrying } from "../../src/store/retry.ts";
import { RetryBudget } from "../../src/store/retry-budget.ts";
import { bodyOf } from "../conformance/bodies.ts";
import { bytes, expectCode, keysOf, read } from "../conformance/objects.ts";
import { failure } from "../support/faults.ts";

const NOW = { baseMs: 0 };

/** A server that asks to be left alone for so long. */
function busy(retryAfterMs: number): StoreError {
	return new StoreError("throttled", "it is busy", {
		store: "memory://busy",
		operation: "get",
		retryAfterMs,
	});
}

/** Fails so many times with the error, then resolves; counts its calls. */
function failing(times: number, error: unknown) {
	const attempt = vi.fn(async () => {
		if (attempt.mock.calls.length <= times) throw error;
		return "done";
	});
	return attempt;
}

describe("retrying", () => {
	test("counts how often the server asks to slow down, and nothing else", async () => {
		const refusals = { count: 0 };
		const counting = { ...NOW, refusals };
		await retrying(failing(3, failure("throttled")), undefined, counting);
		await retrying(failing(2, failure("unavailable")), undefined, counting);
		expect(refusals.count).toBe(3);
	});

	test("calls once what succeeds", async () => {
		const attempt = failing(0, undefined);
		expect(await retrying(attempt)).toBe("done");
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	test.each(["throttled", "unavailable"] as const)(
		"tries again what is %s, as often as it takes",
		async (code) => {
			const attempt = failing(6, failure(code));
			expect(await retrying(attempt, undefined, NOW)).toBe("done");
			expect(attempt).toHaveBeenCalledTimes(7);
		},
	);

	test.each<unknown>([
		...(
			[
				"not-found",
				"precondition-failed",
				"permission-denied",
				"unauthenticated",
				"incomplete",
				"corrupt",
				"unsupported",
				"unknown",
			] satisfies StoreErrorCode[]
		).map((code) => failure(code)),
		new TypeError("a mistake of ours"),
		new Error("fetch failed"),
		"text",
	])("does not try again: %s", async (error) => {
		const attempt = failing(1, error);
		await expect(retrying(attempt, undefined, NOW)).rejects.toBe(error);
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	test("ends when what failed in a passing way fails in another", async () => {
		const last = failure("corrupt");
		const errors = [failure("throttled"), failure("unavailable"), last];
		const attempt = vi.fn(async () => {
			throw errors[attempt.mock.calls.length - 1];
		});
		await expect(retrying(attempt, undefined, NOW)).rejects.toBe(last);
		expect(attempt).toHaveBeenCalledTimes(3);
	});

	test.each([0, 1, 3])(
		"gives up after %i more attempts, with the last error",
		async (retries) => {
			const errors = Array.from({ length: 5 }, () => failure("throttled"));
			const attempt = vi.fn(async () => {
				throw errors[attempt.mock.calls.length - 1];
			});
			const options = { ...NOW, retries };
			await expect(retrying(attempt, undefined, options)).rejects.toBe(
				errors[retries],
			);
			expect(attempt).toHaveBeenCalledTimes(retries + 1);
		},
	);

	test("rejects with the signal's reason when cancelled during an attempt", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const attempt = vi.fn(async () => {
			controller.abort(reason);
			throw failure("unavailable");
		});
		await expect(retrying(attempt, controller.signal, NOW)).rejects.toBe(
			reason,
		);
		expect(attempt).toHaveBeenCalledTimes(1);
	});

	test("leaves no listener on the signal (I8)", async () => {
		const { signal } = new AbortController();
		await retrying(failing(3, failure("throttled")), signal, {
			baseMs: 1,
		});
		expect(getEventListeners(signal, "abort")).toEqual([]);
	});
});

/** The waits (ms) between the attempts of a call that never succeeds, when these numbers are drawn. */
async function waitsOf(
	error: StoreError,
	options: RetryOptions,
): Promise<readonly number[]> {
	const at: number[] = [];
	const attempt = async () => {
		at.push(performance.now());
		throw error;
	};
	const done = expect(retrying(attempt, undefined, options)).rejects.toBe(
		error,
	);
	await vi.runAllTimersAsync();
	await done;
	return at.slice(1).map((time, index) => Math.round(time - (at[index] ?? 0)));
}

describe("the wait between attempts", () => {
	beforeEach(() => {
		vi.useFakeTimers();
	});
	afterEach(() => {
		vi.useRealTimers();
	});

	test.each([
		[0, [0, 0, 0, 0, 0, 0, 0, 0]],
		[0.5, [100, 200, 400, 800, 1600, 3200, 6400, 10_000]],
		[1, [200, 400, 800, 1600, 3200, 6400, 12_800, 20_000]],
	])(
		"is anything up to a bound that doubles from 200 ms to 20 s: for %j drawn, %j",
		async (drawn, waits) => {
			const options = { random: () => drawn };
			expect(await waitsOf(failure("unavailable"), options)).toEqual(waits);
		},
	);

	test("is drawn anew each time", async () => {
		const drawn = [0.5, 0, 0.25];
		const random = () => drawn.shift() ?? 1;
		const options = { retries: 4, baseMs: 100, random };
		const waits = await waitsOf(failure("throttled"), options);
		expect(waits).toEqual([50, 0, 100, 800]);
	});

	test("comes after what the server asks for", async () => {
		const options = { retries: 3, baseMs: 100, random: () => 0.5 };
		const error = busy(7000);
		expect(await waitsOf(error, options)).toEqual([7050, 7100, 7200]);
	});

	test("is not for a server that asks for more than is waited for", async () => {
		const options = { random: () => 0 };
		expect(await waitsOf(busy(60_000), options)).toHaveLength(8);
		expect(await waitsOf(busy(60_001), options)).toEqual([]);
	});

	test("ends at once when cancelled", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const attempt = failing(5, failure("throttled"));
		const options = { random: () => 0.9 };
		const done = retrying(attempt, controller.signal, options);
		const expected = expect(done).rejects.toBe(reason);
		await vi.advanceTimersByTimeAsync(100);
		controller.abort(reason);
		await expected;
		await vi.runAllTimersAsync();
		expect(attempt).toHaveBeenCalledTimes(1);
	});
});

describe("a failure that was tried again in vain", () => {
	test("is passed on by calls further out: attempts add up, and do not multiply", async () => {
		const attempt = failing(99, failure("unavailable"));
		const inner = () => retrying(attempt, undefined, { ...NOW, retries: 3 });
		const outer = () => retrying(inner, undefined, { ...NOW, retries: 5 });
		await expectCode(retrying(outer, undefined, NOW), "unavailable");
		expect(attempt).toHaveBeenCalledTimes(4);
	});

	test("ends a put whose body it breaks", async () => {
		const gets = vi.fn(() => {
			throw failure("unavailable");
		});
		const source = retry(faulty(new MemoryStore(), { get: gets }), {
			...NOW,
			retries: 2,
		});
		const body = new ObjectBody(source, { key: "a", size: 1 });
		await expectCode(
			retry(new MemoryStore(), NOW).put("a", body),
			"unavailable",
		);
		expect(gets).toHaveBeenCalledTimes(3);
	});

	test("is not taken for one that was not tried again, and may be", async () => {
		let puts = 0;
		const attempt = async () => {
			if (puts++ > 0) return "done";
			// The upload's session is lost: nothing but all of it can be sent again.
			return await retrying(
				async () => {
					throw failure("unavailable");
				},
				undefined,
				{ mayPass: () => false },
			);
		};
		expect(await retrying(attempt, undefined, NOW)).toBe("done");
	});
});

describe("the budget of retries", () => {
	/** A store that is out of order until it is mended, and how often it was asked. */
	function outage(reserve: number) {
		let isOut = true;
		const head = vi.fn(() => {
			if (isOut) throw failure("unavailable");
		});
		const options = { ...NOW, budget: new RetryBudget(reserve) };
		return {
			head,
			store: retry(faulty(new MemoryStore(), { head }), options),
			mend: () => {
				isOut = false;
			},
			breakDown: () => {
				isOut = true;
			},
		};
	}

	test("bounds what an outage adds, however many calls meet it", async () => {
		const { store, head } = outage(20);
		for (let call = 0; call < 50; call++)
			await expectCode(store.head("a"), "unavailable");
		expect(head).toHaveBeenCalledTimes(50 + 20);
	});

	test("suffices for many calls at once to survive a restart", async () => {
		let asked = 0;
		const head = () => {
			if (++asked <= 64 * 5) throw failure("unavailable");
		};
		const store = retry(faulty(new MemoryStore(), { head }), NOW);
		const calls = Array.from({ length: 64 }, () => store.head("a"));
		expect(await Promise.all(calls)).toEqual(calls.map(() => undefined));
	});

	test("comes back, a retry for ten calls that succeed", async () => {
		const { store, head, mend, breakDown } = outage(1);
		await expectCode(store.head("a"), "unavailable");
		mend();
		for (let call = 0; call < 11; call++) await store.head("a");
		breakDown();
		head.mockClear();
		await expectCode(store.head("a"), "unavailable");
		await expectCode(store.head("a"), "unavailable");
		expect(head).toHaveBeenCalledTimes(2 + 1);
	});

	test("is not charged for what a server that is there refuses", async () => {
		const head = vi.fn(() => {
			throw failure("throttled");
		});
		const store = retry(faulty(new MemoryStore(), { head }), {
			...NOW,
			retries: 3,
			budget: new RetryBudget(0),
		});
		await expectCode(store.head("a"), "throttled");
		expect(head).toHaveBeenCalledTimes(4);
	});
});

describe("a store that tries again", () => {
	test("opens bodies anew for each attempt", async () => {
		const memory = new MemoryStore();
		let left = 3;
		const body = bodyOf([bytes("content")], 7, {
			atEnd: () => {
				if (left-- > 0) throw failure("unavailable");
			},
		});
		await retry(memory, NOW).put("a", body);
		expect(await read(memory, "a")).toEqual(bytes("content"));
		expect(left).toBe(-1);
	});

	test("does not repeat a put on a condition, unless it was refused", async () => {
		const memory = new MemoryStore();
		let puts = 0;
		const failingWith = (code: StoreErrorCode) =>
			retry(
				faulty(memory, {
					put: () => {
						if (puts++ === 0) throw failure(code);
					},
				}),
				NOW,
			);
		const options = { only: "absent" } as const;
		await expectCode(
			failingWith("unavailable").put("a", bytes("x"), options),
			"unavailable",
		);
		expect(puts).toBe(1);
		puts = 0;
		await failingWith("throttled").put("a", bytes("x"), options);
		expect(puts).toBe(2);
	});

	test("asks again for the keys alone whose deletion may pass, and says which are left", async () => {
		const memory = new MemoryStore();
		const keys = ["busy", "denied", "fine", "lost"];
		for (const key of keys) await memory.put(key, bytes(key));
		const asked: (readonly string[])[] = [];
		const store = retry(
			{
				url: memory.url,
				identity: memory.identity,
				can: memory.can,
				address: (key) => memory.address(key),
				head: (key) => memory.head(key),
				get: (key) => memory.get(key),
				put: (key, body) => memory.put(key, body),
				list: (options) => memory.list(options),
				async delete(wanted) {
					asked.push(wanted);
					const failed = new Map<string, StoreError>();
					for (const key of wanted) {
						if (key === "busy" && asked.length < 3)
							failed.set(key, failure("throttled", key));
						else if (key === "lost")
							failed.set(key, failure("unavailable", key));
						else if (key === "denied")
							failed.set(key, failure("permission-denied", key));
						else await memory.delete([key]);
					}
					return failed;
				},
				[Symbol.asyncDispose]: async () => undefined,
			},
			{ ...NOW, retries: 3 },
		);
		const failures = await store.delete(keys);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["denied", "permission-denied"],
			["lost", "unavailable"],
		]);
		expect(asked).toEqual([keys, ["busy", "lost"], ["busy", "lost"], ["lost"]]);
		expect(await keysOf(memory, { prefix: "" })).toEqual(["denied", "lost"]);
	});

	test("rejects when a delete as a whole goes on failing", async () => {
		const error = failure("unavailable");
		const store = retry(
			faulty(new MemoryStore(), {
				delete: () => {
					throw error;
				},
			}),
			{ ...NOW, retries: 2 },
		);
		await expect(store.delete(["a"])).rejects.toBe(error);
	});
});
