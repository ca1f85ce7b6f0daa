import { describe, expect, test } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type { Fault } from "../support/faulty-server.ts";
import {
	expectContent,
	LARGE,
	LARGE_PUT,
	putLarge,
	SMALL_CALLS,
} from "./faulted-calls.ts";
import type { FaultSuite } from "./faults.ts";
import { status } from "./faults-that-pass.ts";
import { bytes } from "./objects.ts";

const PAGE = Buffer.from("<html><body>Please sign in.</body></html>");

const LASTING: readonly [string, Fault, readonly string[]][] = [
	["500", status(500), ["unavailable"]],
	["503", status(503), ["unavailable", "throttled"]],
	["429", status(429), ["throttled"]],
	["401", status(401), ["unauthenticated"]],
	["403", status(403), ["permission-denied"]],
	// Of what a proxy cannot find, nothing follows for an object (I2).
	["404", status(404), ["unavailable", "unknown"]],
	["a closed connection", "cut before", ["unavailable"]],
	[
		"a page for people",
		{
			answers: {
				status: 200,
				headers: {
					"content-type": "text/html",
					"content-length": String(PAGE.length),
				},
				body: PAGE,
			},
		},
		["unavailable", "unknown", "unsupported"],
	],
];

/** Attempts of one call. */
const ATTEMPTS = 9;

/** Every request fails, or all from one on. */
export function describeLastingFaults(suite: FaultSuite): void {
	for (const call of [...SMALL_CALLS, LARGE_PUT])
		test.each(LASTING)(
			`${call.name} fails where the only answer is %s, and soon`,
			async (_name, fault, codes) => {
				const { store, direct } = await suite.open();
				// What the first calls find out of a server is known.
				await store.put("first", bytes("first"));
				await store.delete(["first"]);
				await call.prepare(direct);
				suite.faults().follow(() => fault);
				const error = await call.fail(store);
				expect(error).toBeInstanceOf(StoreError);
				expect(codes).toContain(error?.code);
				// A delete may ask for each key.
				expect(suite.faults().requests.length).toBeLessThanOrEqual(
					3 * ATTEMPTS,
				);
			},
		);

	test.each(LASTING)(
		"opening fails where the only answer is %s, and soon",
		async (_name, fault, codes) => {
			const { bucket } = await suite.open();
			suite.faults().follow(() => fault);
			const opening = suite.harness.open(bucket, suite.faults().origin);
			const error = await opening.then(
				() => undefined,
				(reason: unknown) => reason,
			);
			expect(error).toBeInstanceOf(StoreError);
			// What answers so is no store, or no such bucket.
			const more = ["unsupported", "not-found"];
			expect([...codes, ...more]).toContain(
				error instanceof StoreError ? error.code : "",
			);
			expect(suite.faults().requests.length).toBeLessThanOrEqual(9);
		},
	);

	describe("a server that goes away in the midst of a large put", () => {
		test("leaves the old object or the new one, and few requests, wherever it is", async () => {
			for (let from = 0, isMet = true; isMet; from++) {
				const { store, direct } = await suite.open();
				await direct.put("large", bytes("old"));
				isMet = false;
				suite.faults().follow(({ number }) => {
					if (number < from) return undefined;
					isMet = true;
					return "cut before";
				});
				const failure = await putLarge(store).then(
					() => undefined,
					(error: unknown) => error,
				);
				const { requests } = suite.faults();
				expect(requests.length).toBeLessThanOrEqual(from + 4 * ATTEMPTS);
				if (isMet) {
					expect(failure).toMatchObject({ code: "unavailable" });
					const isOld = (await direct.head("large"))?.size === 3;
					const left = isOld ? bytes("old") : LARGE;
					await expectContent(direct, "large", left);
				} else {
					expect(failure).toBeUndefined();
					await expectContent(direct, "large", LARGE);
				}
			}
		});
	});
}
