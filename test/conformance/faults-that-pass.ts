import { describe, expect, test } from "vitest";
import type { StoreError } from "../../src/store/errors.ts";
import type { Answer, Fault, SeenRequest } from "../support/faulty-server.ts";
import {
	expectContent,
	type FaultedCall,
	LARGE_PUT,
	LIST,
	PUT,
	putSmall,
	SMALL,
	SMALL_CALLS,
} from "./faulted-calls.ts";
import type { Faulted, FaultSuite } from "./faults.ts";
import { expectCode, keysOf, read } from "./objects.ts";

/** How long a server is waited for that stalls (ms): enough for one that is only busy. */
const SILENCE_MS = 300;

const STATUSES = [500, 503, 429].map((code): [string, Fault] => [
	`the answer ${code}`,
	status(code),
]);

const CUTS: readonly [string, Fault][] = [
	["a connection cut before the request", "cut before"],
	["a connection cut in the request", "cut in the request"],
	["a lost answer", "answer lost"],
];

const CUT_IN_THE_ANSWER: [string, Fault] = [
	"a connection cut in the answer",
	"cut in the answer",
];

const STALL_IN_THE_ANSWER: [string, Fault] = [
	"a server that stalls in the answer",
	"stall in the answer",
];

/** The faults that leave open whether the server has begun an upload, which then nobody can give up. */
const HIDING_UPLOADS: ReadonlySet<Fault> = new Set<Fault>([
	"answer lost",
	"cut in the answer",
]);

/** An answer that says nothing but its status, as of a server that has no words left. */
export function status(
	code: number,
	headers: Answer["headers"] = {},
): { readonly answers: Answer } {
	return { answers: { status: code, headers, body: Buffer.alloc(0) } };
}

/** Each request of each call fails once, and is survived. */
export function describePassingFaults(suite: FaultSuite): void {
	const survive = (call: FaultedCall, fault: Fault) => {
		const act = async ({ store, direct, bucket }: Faulted) => {
			await call.prepare(direct);
			await call.make(store);
			await suite.faults().quiet();
			await call.check(direct);
			const left = await suite.harness.leftovers(bucket);
			expect(left.length).toBeLessThanOrEqual(
				HIDING_UPLOADS.has(fault) ? 1 : 0,
			);
		};
		// Else a server that is only busy would be asked again, too.
		const isStall = fault === "stall" || fault === "stall in the answer";
		const options = isStall ? { silenceMs: SILENCE_MS } : {};
		return suite.atEachRequest(fault, act, options);
	};

	for (const call of SMALL_CALLS)
		test.each([
			...STATUSES,
			...CUTS,
			...(call.isRead === true ? [] : [CUT_IN_THE_ANSWER]),
		])(`${call.name} survives %s, whichever request meets it`, (_name, fault) =>
			survive(call, fault),
		);

	for (const call of [PUT, LIST])
		test.each([
			["a server that stalls", "stall"] as const,
			STALL_IN_THE_ANSWER,
		])(`${call.name} survives %s, whichever request meets it`, (_name, fault) =>
			survive(call, fault),
		);

	// The first cut is like an answer of 503, for it.
	test.each([["the answer 503", status(503)] as const, ...CUTS.slice(1)])(
		`a large put survives %s, whichever request meets it`,
		(_name, fault) => survive(LARGE_PUT, fault),
	);

	test.each([...STATUSES, ...CUTS, CUT_IN_THE_ANSWER])(
		"opening survives %s, whichever request meets it",
		async (_name, fault) => {
			const { bucket } = await suite.open();
			const { harness, faults } = suite;
			for (let at = 0, isMet = true; isMet; at++) {
				isMet = false;
				faults().follow(({ number }) => {
					if (number !== at) return undefined;
					isMet = true;
					return fault;
				});
				await using store = await harness.open(bucket, faults().origin);
				expect(await store.head("a")).toBeUndefined();
				expect(faults().requests.length).toBeLessThanOrEqual(20);
			}
		},
	);

	test.each([CUT_IN_THE_ANSWER, STALL_IN_THE_ANSWER])(
		"the reader of a body fails at %s: less is never taken for all",
		async (_name, fault) => {
			const { store, direct } = await suite.open({ silenceMs: SILENCE_MS });
			await direct.put("a", SMALL);
			suite.faults().follow(() => fault);
			await expectCode(read(store, "a"), "unavailable");
			await using reader = await store.get("a");
			await expectCode(reader.bytes(SMALL.length), "unavailable");
			expect(suite.faults().requests.length).toBeLessThanOrEqual(2);
		},
	);

	describe("a server that says when to come back", () => {
		const idOf = ({ method, path, query }: SeenRequest) =>
			`${method} ${path}?${query}`;

		test.each<[number, string, () => string]>([
			[429, "in seconds", () => "1"],
			[503, "as a date", () => new Date(Date.now() + 2000).toUTCString()],
		])("with %s, %s, is not asked before", async (code, _form, when) => {
			const { store, direct } = await suite.open();
			await direct.put("b", SMALL);
			const refused = new Map<string, number>();
			const waits: number[] = [];
			suite.faults().follow((request) => {
				const at = refused.get(idOf(request));
				if (at !== undefined) waits.push(Date.now() - at);
				if (at !== undefined || refused.size > 20) return undefined;
				refused.set(idOf(request), Date.now());
				const date = new Date().toUTCString();
				return status(code, { "retry-after": when(), date });
			});
			await Promise.all([
				putSmall(store),
				read(store, "b"),
				keysOf(store, { prefix: "c" }),
			]);
			expect(waits.length).toBeGreaterThanOrEqual(3);
			// A date has no fractions of a second.
			expect(Math.min(...waits)).toBeGreaterThanOrEqual(950);
			await expectContent(direct, "a", SMALL);
		});

		test("in an hour is not waited for", async () => {
			const { store } = await suite.open();
			suite.faults().follow(() => status(429, { "retry-after": "3600" }));
			const calls: readonly (() => Promise<unknown>)[] = [
				() => putSmall(store),
				() => store.head("a"),
				() => read(store, "a"),
				() => keysOf(store, { prefix: "" }),
			];
			for (const call of calls) {
				const error = await call().then(
					() => undefined,
					(reason: unknown) => reason as StoreError,
				);
				expect(error).toMatchObject({
					code: "throttled",
					retryAfterMs: 3_600_000,
				});
			}
			expect(suite.faults().requests).toHaveLength(calls.length);
		});
	});
}
