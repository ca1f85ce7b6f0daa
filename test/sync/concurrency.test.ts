import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Concurrency,
	forOthers,
	initialConcurrency,
	nextConcurrency,
	type Sighting,
} from "../../src/sync/concurrency.ts";

const BOUND = 256;

function known(more: Partial<Concurrency>): Concurrency {
	return { ...initialConcurrency(BOUND), ...more };
}

function next(
	from: Partial<Concurrency>,
	seen: Partial<Sighting>,
): Partial<Concurrency> {
	const quiet = { now: 10_000, rate: 1, isUsed: true, isTrouble: false };
	return nextConcurrency(known(from), { ...quiet, ...seen }, BOUND);
}

describe("nextConcurrency", () => {
	test("halves at once when there is trouble, in whatever mode", () => {
		for (const mode of [
			"growing",
			"shrinking",
			"steady",
			"recovering",
		] as const)
			expect(
				next({ mode, limit: 64, dueAt: 99_999 }, { isTrouble: true }),
			).toMatchObject({ mode: "recovering", limit: 32, ceiling: 64 });
		expect(next({ limit: 1 }, { isTrouble: true }).limit).toBe(1);
	});

	test("takes what is refused right after for the same trouble", () => {
		const halved = next({ limit: 64 }, { isTrouble: true, now: 10_000 });
		const again = next(halved, { isTrouble: true, now: 10_400 });
		expect(again).toEqual(halved);
		const later = next(halved, { isTrouble: true, now: 10_500 });
		expect(later).toMatchObject({ limit: 16, ceiling: 51.2 });
	});

	test("goes half of the way back each second, to nine tenths of where the trouble was", () => {
		let at = next({ limit: 100 }, { isTrouble: true, now: 0 });
		const limits: (number | undefined)[] = [];
		for (let now = 500; now <= 8000; now += 500) {
			at = next(at, { now });
			limits.push(at.limit);
		}
		expect([...new Set(limits)]).toEqual([50, 70, 80, 85, 88, 89, 90]);
		expect(limits.slice(0, 3)).toEqual([50, 70, 70]);
		expect(at).toMatchObject({ mode: "steady", upNext: "growing" });
		expect(at.dueAt).toBe(7000 + 30_000);
	});

	test("concludes nothing from fewer on their way than may be", () => {
		for (const mode of ["growing", "shrinking", "steady"] as const) {
			const from = known({ mode, limit: 32, base: 0.1 });
			expect(next(from, { isUsed: false, rate: 99 })).toEqual(from);
		}
	});

	test("grows while that is worth it: twice as many, a quarter more where there was trouble", () => {
		expect(next({}, { rate: 1 })).toMatchObject({ limit: 32, base: 1 });
		const grown = { limit: 32, before: 16, base: 1 };
		expect(next(grown, { rate: 1.1 })).toMatchObject({ limit: 64, base: 1.1 });
		expect(next({ ...grown, ceiling: 90 }, { rate: 1.1 }).limit).toBe(40);
		expect(next({ ...grown, limit: 200, before: 100 }, { rate: 2 }).limit).toBe(
			BOUND,
		);
	});

	test("goes back when it was not, and leaves that alone for longer each time", () => {
		const grown = { limit: 32, before: 16, base: 1 };
		const rested = next(grown, { rate: 1.09 });
		expect(rested).toMatchObject({
			...{ mode: "steady", limit: 16, upNext: "shrinking" },
			...{ dueAt: 12_000, restMs: 4000 },
		});
		const from = { ...grown, restMs: 20_000 };
		expect(next(from, { rate: 1 })).toMatchObject({ restMs: 30_000 });
		expect(next(rested, { now: 11_999 })).toEqual(rested);
	});

	test("rests at the bound", () => {
		const grown = { limit: BOUND, before: 128, base: 1 };
		expect(next(grown, { rate: 2 })).toMatchObject({
			...{ mode: "steady", limit: BOUND, upNext: "shrinking" },
		});
	});

	test("finds out whether half as many do as well, and keeps to that", () => {
		const steady = { mode: "steady", upNext: "shrinking", limit: 64 } as const;
		const tried = next(steady, { rate: 1 });
		expect(tried).toMatchObject({ mode: "shrinking", limit: 32, before: 64 });
		expect(next(tried, { rate: 0.95 })).toMatchObject({ limit: 16 });
		expect(next(tried, { rate: 0.94 })).toMatchObject({
			...{ mode: "steady", limit: 64, upNext: "growing" },
		});
	});

	test("finds out whether more pays, the next time", () => {
		const steady = { mode: "steady", upNext: "growing", limit: 64 } as const;
		expect(next(steady, { rate: 3 })).toMatchObject({
			...{ mode: "growing", limit: 128, before: 64, base: 3 },
		});
	});

	test("takes nothing that it knows for known of other objects, but trouble", () => {
		const steady = known({ mode: "steady", base: 5, limit: 64 });
		expect(forOthers(steady)).toMatchObject({ mode: "growing", base: 0 });
		const recovering = known({ mode: "recovering", limit: 64 });
		expect(forOthers(recovering)).toBe(recovering);
	});

	test("is never below 1, and never above the bound (property)", () => {
		const sighting = fc.record({
			now: fc.nat(2000),
			rate: fc.double({ min: 0, max: 10, noNaN: true }),
			isUsed: fc.boolean(),
			isTrouble: fc.boolean(),
		});
		fc.assert(
			fc.property(
				fc.integer({ min: 1, max: 300 }),
				fc.array(sighting, { maxLength: 200 }),
				(bound, sightings) => {
					let at = initialConcurrency(bound);
					let now = 0;
					for (const seen of sightings) {
						now += seen.now;
						at = nextConcurrency(at, { ...seen, now }, bound);
						expect(at.limit).toBeGreaterThanOrEqual(1);
						expect(at.limit).toBeLessThanOrEqual(bound);
						expect(Number.isInteger(at.limit)).toBe(true);
					}
				},
			),
		);
	});
});
