import { setImmediate } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { pull } from "../../src/verify/pull.ts";

async function* batchesOf(count: number, length: number, onBatch = () => {}) {
	for (let batch = 0; batch < count; batch++) {
		onBatch();
		yield Array.from({ length }, (_, index) => batch * length + index);
	}
}

describe("pull", () => {
	it("does the work for every item once, with no more at a time than allowed", async () => {
		const done: number[] = [];
		let running = 0;
		let most = 0;
		await pull(
			batchesOf(20, 5),
			3,
			(item) => {
				done.push(item);
				if (item % 7 === 0) return undefined;
				return (async () => {
					most = Math.max(most, ++running);
					await setImmediate();
					running--;
				})();
			},
			() => {},
		);
		expect(done).toEqual(Array.from({ length: 100 }, (_, index) => index));
		expect(most).toBe(3);
	});

	it("asks for no batch before the one before is used up", async () => {
		let asked = 0;
		let begun = 0;
		await pull(
			batchesOf(10, 4, () => {
				expect(begun).toBe(asked * 4);
				asked++;
			}),
			3,
			async () => {
				begun++;
				await setImmediate();
			},
			() => {},
		);
		expect(asked).toBe(10);
	});

	it("rejects with the first failure once everything has been stopped and has ended", async () => {
		const failure = new Error("the work failed");
		const stopped = Promise.withResolvers<void>();
		let ended = 0;
		let isClosed = false;
		async function* batches() {
			try {
				yield [0, 1, 2];
				yield [3];
			} finally {
				isClosed = true;
			}
		}
		const pulling = pull(
			batches(),
			3,
			async (item) => {
				if (item === 1) throw failure;
				await stopped.promise;
				ended++;
				throw new Error("stopped");
			},
			() => stopped.resolve(),
		);
		await expect(pulling).rejects.toBe(failure);
		expect(ended).toBe(2);
		expect(isClosed).toBe(true);
	});

	it("rejects when the batches fail", async () => {
		const failure = new Error("the listing failed");
		async function* failing() {
			yield [1];
			throw failure;
		}
		await expect(
			pull(
				failing(),
				4,
				() => undefined,
				() => {},
			),
		).rejects.toBe(failure);
	});
});
