import { randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type PartsOptions, sendParts } from "../../src/store/parts.ts";
import { bodyOf, failingBody } from "../conformance/bodies.ts";
import { bytes, expectCode, sha256Of } from "../conformance/objects.ts";

const ABOUT = { store: "memory://a", operation: "put", key: "a" };

const options = (
	more: Partial<PartsOptions> & Pick<PartsOptions, "send">,
): PartsOptions => ({
	partBytes: 4,
	parallel: 2,
	digest: undefined,
	about: ABOUT,
	signal: undefined,
	...more,
});

describe("a body in parts", () => {
	test("arrives as it is, however it comes and however long its parts take", async () => {
		const chunks = fc.array(fc.uint8Array({ maxLength: 9 }), { maxLength: 8 });
		await fc.assert(
			fc.asyncProperty(
				chunks,
				fc.integer({ min: 1, max: 5 }),
				fc.integer({ min: 1, max: 3 }),
				fc.infiniteStream(fc.boolean()),
				async (pieces, partBytes, parallel, slow) => {
					const whole = Buffer.concat(pieces);
					const parts: Buffer[] = [];
					const seen: Uint8Array[] = [];
					let underWay = 0;
					await sendParts(
						bodyOf(pieces),
						options({
							partBytes,
							parallel,
							digest: sha256Of(whole),
							observe: (chunk) => seen.push(Buffer.from(chunk)),
							send: async ({ index, bytes: part }) => {
								expect(++underWay).toBeLessThanOrEqual(parallel);
								if (slow.next().value) await setTimeout(0);
								// Taken late, when the buffer of a part that has arrived may be another's.
								parts[index] = Buffer.from(part);
								underWay--;
							},
						}),
					);
					expect(Buffer.concat(parts)).toEqual(whole);
					expect(Buffer.concat(seen)).toEqual(whole);
					const sizes = parts.map(({ length }) => length);
					expect(sizes.slice(0, -1).every((size) => size === partBytes)).toBe(
						true,
					);
				},
			),
			{ numRuns: 200 },
		);
	});

	test.each([
		["is too short", bodyOf([bytes("12345")], 6), "incomplete"],
		["is too long", bodyOf([bytes("12345")], 4), "incomplete"],
		["is another", bodyOf([bytes("12345")]), "corrupt"],
	] as const)("rejects when it %s (I4)", async (_what, body, code) => {
		const digest = code === "corrupt" ? sha256Of(bytes("other")) : undefined;
		await expectCode(
			sendParts(body, options({ digest, send: async () => undefined })),
			code,
		);
	});

	test("ends the other parts, and waits for them, when one fails", async () => {
		const failure = new Error("refused");
		let begun = 0;
		let ended = 0;
		const sending = sendParts(
			bodyOf([randomBytes(40)]),
			options({
				parallel: 3,
				send: async ({ index }, signal) => {
					begun++;
					if (index === 1) throw failure;
					await new Promise((resolve) =>
						signal.addEventListener("abort", resolve),
					);
					await setTimeout(5);
					ended++;
					signal.throwIfAborted();
				},
			}),
		);
		await expect(sending).rejects.toBe(failure);
		expect(begun).toBeGreaterThan(1);
		expect(ended).toBe(begun - 1);
	});

	test("ends its parts when the source fails", async () => {
		const failure = new Error("the source failed");
		const signals: AbortSignal[] = [];
		const body = failingBody(randomBytes(20), failure);
		const send = async (_part: unknown, signal: AbortSignal) =>
			void signals.push(signal);
		await expect(sendParts(body, options({ send }))).rejects.toBe(failure);
		expect(signals).toHaveLength(2);
		for (const signal of signals) expect(signal.reason).toBe(failure);
	});

	test("rejects with the reason of a cancellation", async () => {
		const reason = new Error("cancelled");
		const controller = new AbortController();
		const body = bodyOf([bytes("1234"), bytes("5678")], 8, {
			afterFirst: () => controller.abort(reason),
		});
		const { signal } = controller;
		await expect(
			sendParts(body, options({ signal, send: async () => undefined })),
		).rejects.toBe(reason);
	});
});
