import { describe, expect, test } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { Fault } from "../support/faulty-server.ts";
import { bodyOf } from "./bodies.ts";
import {
	expectContent,
	LARGE,
	LARGE_PUT,
	PUT,
	putLarge,
	SMALL,
} from "./faulted-calls.ts";
import type { FaultSuite } from "./faults.ts";
import { bytes, expectCode, keysOf } from "./objects.ts";

/** Content is random, so that every request that carries some has more bytes than those that carry none. */
const CONTENT_BYTES = 1000;

/** Changes one byte in the middle of what carries content. */
const FLIP: Fault = {
	request(body) {
		if (body.length < CONTENT_BYTES) return body;
		const flipped = Buffer.from(body);
		const middle = Math.floor(flipped.length / 2);
		flipped[middle] = (flipped[middle] ?? 0) ^ 1;
		return flipped;
	},
};

const PUTS = [PUT, LARGE_PUT];

/** Faults that only a put can meet, or that it must meet in a way of its own. */
export function describeFaultsOfPuts(suite: FaultSuite): void {
	const { harness } = suite;

	for (const put of PUTS) {
		test(`${put.name} survives a byte that is changed on its way, in whichever request (I4)`, async () => {
			await suite.atEachRequest(FLIP, async ({ store, direct, bucket }) => {
				await put.make(store);
				await put.check(direct);
				expect(await harness.leftovers(bucket)).toEqual([]);
			});
		});

		test(`${put.name} leaves nothing when bytes are changed on their way time and again (I4)`, async () => {
			const { store, direct, bucket } = await suite.open();
			suite.faults().follow(() => FLIP);
			await expectCode(put.make(store), "unavailable");
			expect(suite.faults().requests.length).toBeLessThanOrEqual(60);
			expect(await keysOf(direct, { prefix: "" })).toEqual([]);
			expect(await harness.leftovers(bucket)).toEqual([]);
		});
	}

	describe("a large put that is cancelled", () => {
		test.each([
			["is on its way", undefined],
			["is held", "stall"],
		] as const)(
			"while a request %s: leaves the old object or the new one, and no upload, whichever request it is",
			async (_name, fault) => {
				for (let at = 0, isMet = true; isMet; at++) {
					const { store, direct, bucket } = await suite.open({
						silenceMs: 500,
					});
					await direct.put("large", bytes("old"));
					const controller = new AbortController();
					const reason = new Error("cancelled");
					isMet = false;
					suite.faults().follow(({ number }) => {
						if (number !== at) return undefined;
						isMet = true;
						controller.abort(reason);
						return fault;
					});
					const failure = await putLarge(store, controller.signal).then(
						() => undefined,
						(error: unknown) => error,
					);
					await suite.faults().quiet();
					expect([undefined, reason]).toContain(failure);
					if (!isMet) expect(failure).toBeUndefined();
					expect(suite.faults().requests.length).toBeLessThanOrEqual(40);
					await expectOneOf(direct, failure === undefined);
					expect(await harness.leftovers(bucket)).toEqual([]);
				}
			},
		);
	});

	test.each([
		["small", bodyOf([SMALL]), SMALL],
		["large", bodyOf([LARGE]), LARGE],
	] as const)(
		"a %s put on condition of absence never takes its own object for another's, whichever answer is lost",
		async (_name, body, content) => {
			await suite.atEachRequest("answer lost", async ({ store, direct }) => {
				const failure = await store.put("a", body, { only: "absent" }).then(
					() => undefined,
					(error: unknown) => error,
				);
				const isThere = (await direct.head("a")) !== undefined;
				if (isThere) await expectContent(direct, "a", content);
				if (failure === undefined) expect(isThere).toBe(true);
				// A store that puts none this large on a condition says so.
				else
					expect(failure).toMatchObject({
						code: expect.stringMatching(/^(unavailable|unsupported)$/),
					});
			});
		},
	);
}

/** Fails unless the object is the new one, or, where that may be, the old one. */
async function expectOneOf(direct: ObjectStore, isNew: boolean): Promise<void> {
	const isOld = !isNew && (await direct.head("large"))?.size === 3;
	await expectContent(direct, "large", isOld ? bytes("old") : LARGE);
}
