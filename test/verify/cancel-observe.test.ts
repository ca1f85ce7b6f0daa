import { describe, expect, it } from "vitest";
import type { VerifyEvent } from "../../src/verify/event.ts";
import type { Finding } from "../../src/verify/finding.ts";
import { VERIFY_LEVELS } from "../../src/verify/verify.ts";
import { altered, failure, withoutMd5 } from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put } from "./registry.ts";

describe("verify › cancelled", () => {
	const reason = new Error("cancelled");

	it.each(VERIFY_LEVELS)(
		"does nothing when it was before, at the level %s",
		async (level) => {
			const { source, target } = await equalSides();
			const signal = AbortSignal.abort(reason);
			await expect(check(source, target, { level, signal })).rejects.toBe(
				reason,
			);
		},
	);

	it.each(["listed", "compared"] as const)(
		"rejects with the reason when something was %s",
		async (type) => {
			const { source, target } = await equalSides();
			for (const store of [source, target]) {
				for (let index = 0; index < 2500; index++)
					await put(store, `docker/registry/v2/z/${index + 10_000}`, "x");
			}
			const controller = new AbortController();
			const { signal } = controller;
			const observe = (event: VerifyEvent) => {
				if (event.type === type) controller.abort(reason);
			};
			await expect(
				check(withoutMd5(source), target, { signal, observe }),
			).rejects.toBe(reason);
		},
	);

	it("is no finding, also where a store says it in another way", async () => {
		const { source, target } = await equalSides();
		const controller = new AbortController();
		const { signal } = controller;
		const events: VerifyEvent[] = [];
		const cancelled = altered(source, {
			get() {
				controller.abort(reason);
				return Promise.reject(failure("unavailable"));
			},
		});
		await expect(
			check(withoutMd5(cancelled), target, {
				signal,
				observe: (event) => events.push(event),
			}),
		).rejects.toBe(reason);
		expect(events.filter(({ type }) => type === "finding")).toEqual([]);
	});
});

describe("verify › observe", () => {
	it("is told facts from which the result can be made", async () => {
		const { source, target, keys, currentLink, layerBlob } = await equalSides();
		for (const store of [source, target]) {
			for (let index = 0; index < 2500; index++)
				await put(store, `docker/registry/v2/z/${index + 10_000}`, "x");
		}
		await target.delete([layerBlob]);
		await put(source, currentLink, "");
		const listed = { source: 0, target: 0 };
		const findings: Finding[] = [];
		const compared: number[] = [];
		const result = await check(source, target, {
			observe(event) {
				switch (event.type) {
					case "listed":
						listed[event.side] += event.objects;
						break;
					case "compared":
						compared.push(event.objects);
						break;
					case "finding":
						findings.push(event.finding);
						break;
					default:
						event satisfies never;
				}
			},
		});
		const all = keys.length + 2500;
		expect(listed).toEqual({ source: all, target: all - 1 });
		expect(compared).toEqual([1000, 1000, all - 2000]);
		expect(result.compared).toBe(all);
		expect(findings).toHaveLength(2);
		expect(findings).toEqual(expect.arrayContaining(findingsOf(result)));
	});
});
