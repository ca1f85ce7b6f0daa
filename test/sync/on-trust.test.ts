import { describe, expect, it } from "vitest";
import type { SyncEvent } from "../../src/sync/events.ts";
import { onTrust } from "../../src/sync/on-trust.ts";

const FIRST: SyncEvent = { type: "source-read", objects: 1 };
const SECOND: SyncEvent = { type: "source-read", objects: 2 };

describe("onTrust", () => {
	it("tells facts in their order, those of before once it is so", async () => {
		const told: SyncEvent[] = [];
		const { promise, resolve } = Promise.withResolvers<boolean>();
		const result = await onTrust(
			() => promise,
			async (_signal, observe) => {
				observe(FIRST);
				expect(told).toEqual([]);
				resolve(true);
				await promise;
				await undefined;
				observe(SECOND);
				return "done";
			},
			{ observe: (event) => told.push(event), signal: undefined },
		);
		expect(result).toBe("done");
		expect(told).toEqual([FIRST, SECOND]);
	});

	it("tells of nothing, and ends the work, when it is not so", async () => {
		const told: SyncEvent[] = [];
		const result = await onTrust(
			async () => false,
			async (signal, observe) => {
				observe(FIRST);
				await new Promise((resolve) =>
					signal.addEventListener("abort", resolve),
				);
				observe(SECOND);
				signal.throwIfAborted();
				return "done";
			},
			{ observe: (event) => told.push(event), signal: undefined },
		);
		expect(result).toBeUndefined();
		expect(told).toEqual([]);
	});

	it("tells of nothing when it is found not to be so after the work", async () => {
		const told: SyncEvent[] = [];
		const result = await onTrust(
			() => new Promise((resolve) => setTimeout(resolve, 5, false)),
			async (_signal, observe) => {
				observe(FIRST);
				return "done";
			},
			{ observe: (event) => told.push(event), signal: undefined },
		);
		expect(result).toBeUndefined();
		expect(told).toEqual([]);
	});

	it("passes on why it could not be found out, and why the work failed", async () => {
		const given = { observe: () => {}, signal: undefined };
		const failed = new Error("failed");
		const untilAborted = (signal: AbortSignal) =>
			new Promise<never>((_resolve, reject) =>
				signal.addEventListener("abort", () => reject(signal.reason)),
			);
		await expect(
			onTrust(() => Promise.reject(failed), untilAborted, given),
		).rejects.toBe(failed);
		await expect(
			onTrust(untilAborted, () => Promise.reject(failed), given),
		).rejects.toBe(failed);
	});
});
