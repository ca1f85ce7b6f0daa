import { describe, expect, test } from "vitest";
import { formatGoals, goals } from "../../scripts/bench/goals.ts";
import type { Pass } from "../../scripts/bench/passes.ts";
import type { PassSummary } from "../../scripts/bench/summary.ts";

describe("what regmigrate is to reach", () => {
	test("is a ratio to the best peer of the run, whichever is best at it", () => {
		const all = goals(
			[
				row("regmigrate", "initial", { wallMs: 900, cpuMs: 500 }),
				row("quick", "initial", { wallMs: 1000, cpuMs: 2000 }),
				row("thrifty", "initial", { wallMs: 3000, cpuMs: 1000 }),
			],
			undefined,
		);
		expect(figure(all, "initial", "wall / fastest peer")).toBe(0.9);
		expect(figure(all, "initial", "CPU / best peer")).toBe(0.5);
		expect(formatGoals(all)).toBe(
			[
				"What regmigrate is to reach                                          is   at most",
				"initial            wall / fastest peer                             0.90      1.00  reached",
				"initial            CPU / best peer                                 0.50      0.40  MISSED",
				"initial            peak, MiB                                     100.00    150.00  reached",
			].join("\n"),
		);
	});

	test("is not compared with what failed, nor told where it was not measured", () => {
		const all = goals(
			[
				row("regmigrate", "initial", { wallMs: 900 }),
				row("broken", "initial", { wallMs: 1, failure: "1 missing" }),
			],
			undefined,
		);
		expect(figure(all, "initial", "wall / fastest peer")).toBeUndefined();
		expect(figure(all, "latency", "wall / median peer")).toBeUndefined();
	});

	test("is compared with the peer in the middle, over a long way", () => {
		const all = goals(
			[
				row("regmigrate", "latency", { wallMs: 100 }),
				row("a", "latency", { wallMs: 150 }),
				row("b", "latency", { wallMs: 400 }),
				row("c", "latency", { wallMs: 1000 }),
			],
			undefined,
		);
		expect(figure(all, "latency", "wall / median peer")).toBe(0.25);
	});

	test("is a warm pass beside find", () => {
		const passes = [90, 60, 70].map((wallMs) => ({
			wallMs,
			cpuMs: 1,
			copied: 0,
		}));
		const walks = [100, 100, 100].map((wallMs) => ({ wallMs, cpuMs: 1 }));
		const all = goals([], { toServer: passes, toFiles: passes, walks });
		expect(figure(all, "unchanged", "in process, to MinIO / find")).toBe(0.7);
	});

	test("is, of changes, a pass without them and their share of the first one", () => {
		const all = goals(
			[
				row("regmigrate", "initial", { wallMs: 10_000, written: 1000 }),
				row("regmigrate", "unchanged", { wallMs: 400 }),
				row("regmigrate", "changed", { wallMs: 500, written: 10 }),
			],
			undefined,
		);
		const what = "wall / (unchanged + its share of initial)";
		expect(figure(all, "changed", what)).toBe(1);
		expect(figure(all, "changed", "objects missed")).toBe(0);
	});
});

function figure(
	all: ReturnType<typeof goals>,
	pass: Pass,
	what: string,
): number | undefined {
	const found = all.find((goal) => goal.pass === pass && goal.what === what);
	if (found === undefined) throw new Error(`There is no ${pass}, ${what}`);
	return found.figure;
}

function row(
	tool: string,
	pass: Pass,
	figures: Partial<PassSummary>,
): PassSummary {
	return {
		tool,
		pass,
		rounds: 1,
		wallMs: 1,
		cpuMs: 1,
		cpuMsPerObject: 1,
		peakBytes: 100 * 2 ** 20,
		requests: {},
		written: 1000,
		timesRead: undefined,
		missed: undefined,
		failure: undefined,
		...figures,
	};
}
