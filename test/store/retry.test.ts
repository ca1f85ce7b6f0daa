import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import type { StoreError, StoreErrorCode } from "../../src/store/errors.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { retry, retrying } from "../../src/store/retry.ts";
import { bodyOf } from "../conformance/bodies.ts";
import { bytes, expectCode, keysOf, read } from "../conformance/objects.ts";
import { failure, faulty } from "../support/faults.ts";

const NOW = { minTimeoutMs: 0 };

/** Fails so many times with the error, then resolves; counts its calls. */
function failing(times: number, error: unknown) {
	const attempt = vi.fn(async () => {
		if (attempt.mock.calls.length <= times) throw error;
		return "done";
	});
	return attempt;
}

describe("retrying", () => {
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
			minTimeoutMs: 1,
		});
		expect(getEventListeners(signal, "abort")).toEqual([]);
	});
});

describe("the wait between attempts", () => {
	beforeEach(() => {
		vi.useFakeTimers();
		vi.spyOn(Math, "random").mockReturnValue(0.5);
	});
	afterEach(() => {
		vi.useRealTimers();
		vi.restoreAllMocks();
	});

	test("begins at 200 ms and doubles, with a random share on top", async () => {
		const started = Date.now();
		const at: number[] = [];
		const attempt = async () => {
			at.push(Date.now() - started);
			throw failure("throttled");
		};
		const done = expect(retrying(attempt)).rejects.toThrow("told to fail");
		await vi.runAllTimersAsync();
		await done;
		const waits = at.slice(1).map((time, index) => time - (at[index] ?? 0));
		expect(waits).toEqual([300, 600, 1200, 2400, 4800, 9600]);
	});

	test("never exceeds its bound", async () => {
		const started = Date.now();
		const options = { retries: 12, minTimeoutMs: 1000, maxTimeoutMs: 5000 };
		const attempt = failing(12, failure("throttled"));
		const done = retrying(attempt, undefined, options);
		await vi.runAllTimersAsync();
		expect(await done).toBe("done");
		expect(Date.now() - started).toBe(1500 + 3000 + 10 * 5000);
	});

	test("ends at once when cancelled", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const attempt = failing(5, failure("throttled"));
		const done = retrying(attempt, controller.signal);
		const expected = expect(done).rejects.toBe(reason);
		await vi.advanceTimersByTimeAsync(100);
		controller.abort(reason);
		await expected;
		await vi.runAllTimersAsync();
		expect(attempt).toHaveBeenCalledTimes(1);
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
