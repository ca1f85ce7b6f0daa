import type { Pass } from "./passes.ts";
import { median, type PassSummary } from "./summary.ts";
import { OURS } from "./tools.ts";
import type { WarmPasses } from "./warm/measure-warm.ts";

/** Something that regmigrate has to reach, as a ratio or a figure, and what it is. */
export interface Goal {
	readonly pass: Pass;
	/** What is compared with what. */
	readonly what: string;
	/** Undefined where this run did not measure it. */
	readonly figure: number | undefined;
	/** What the figure must not exceed; undefined: it is told, and nothing is asked. */
	readonly most: number | undefined;
}

/** Most memory that filling a bucket may take (MiB). */
const MAX_PEAK_MIB = 150;

/** Every goal, with what came of it. Peers that failed are not compared with. */
export function goals(
	summaries: readonly PassSummary[],
	warm: WarmPasses | undefined,
): readonly Goal[] {
	const measured = summaries.filter(({ failure }) => failure === undefined);
	const ours = (pass: Pass) =>
		measured.find((row) => row.pass === pass && row.tool === OURS);
	const peers = (pass: Pass) =>
		measured.filter((row) => row.pass === pass && row.tool !== OURS);
	const least = (pass: Pass, figure: "wallMs" | "cpuMs") => {
		const figures = peers(pass).map((row) => row[figure]);
		return figures.length === 0 ? undefined : Math.min(...figures);
	};
	const ratio = (pass: Pass, figure: "wallMs" | "cpuMs") =>
		quotient(ours(pass)?.[figure], least(pass, figure));
	const walkMs = warm && median(warm.walks.map(({ wallMs }) => wallMs));
	const warmRatio = (passes: "toServer" | "toFiles") =>
		quotient(warm && median(warm[passes].map(({ wallMs }) => wallMs)), walkMs);
	const initial = ours("initial");
	const changed = ours("changed");
	const large = ours("large");
	const distantPeers = peers("latency").map(({ wallMs }) => wallMs);
	const all: readonly Goal[] = [
		goal("initial", "wall / fastest peer", ratio("initial", "wallMs"), 1),
		goal("initial", "CPU / best peer", ratio("initial", "cpuMs"), 0.4),
		goal("initial", "peak, MiB", mebibytes(initial), MAX_PEAK_MIB),
		goal(
			"unchanged",
			"in process, to MinIO / find",
			warmRatio("toServer"),
			0.7,
		),
		goal("unchanged", "in process, to files / find", warmRatio("toFiles"), 0.7),
		goal(
			"unchanged",
			"program, with its start / find",
			quotient(ours("unchanged")?.wallMs, walkMs),
			undefined,
		),
		goal(
			"unchanged",
			"program / fastest peer",
			ratio("unchanged", "wallMs"),
			undefined,
		),
		goal(
			"changed",
			"objects missed",
			changed && (changed.missed?.objects ?? 0),
			0,
		),
		goal(
			"changed",
			"wall / (unchanged + its share of initial)",
			quotient(changed?.wallMs, changedMs(initial, ours("unchanged"), changed)),
			1,
		),
		goal("latency", "wall / fastest peer", ratio("latency", "wallMs"), 1),
		goal(
			"latency",
			"wall / median peer",
			quotient(
				ours("latency")?.wallMs,
				distantPeers.length === 0 ? undefined : median(distantPeers),
			),
			1 / 3,
		),
		goal("large", "wall / fastest peer", ratio("large", "wallMs"), 1),
		goal("large", "source read, times", large?.timesRead, 1.01),
		goal(
			"tenfold",
			"peak / that of initial",
			quotient(ours("tenfold")?.peakBytes, initial?.peakBytes),
			1.15,
		),
		goal(
			"tenfold",
			"wall / that of initial",
			quotient(ours("tenfold")?.wallMs, initial?.wallMs),
			10.5,
		),
		goal(
			"tenfold-unchanged",
			"peak / that of unchanged",
			quotient(
				ours("tenfold-unchanged")?.peakBytes,
				ours("unchanged")?.peakBytes,
			),
			1.15,
		),
		goal(
			"tenfold-unchanged",
			"wall / that of unchanged",
			quotient(ours("tenfold-unchanged")?.wallMs, ours("unchanged")?.wallMs),
			10.5,
		),
	];
	return all;
}

/** The goals, one a line. */
export function formatGoals(all: readonly Goal[]): string {
	const lines = all
		.filter(({ figure }) => figure !== undefined)
		.map(({ pass, what, figure = 0, most }) =>
			[
				pass.padEnd(19),
				what.padEnd(44),
				figure.toFixed(2).padStart(8),
				most === undefined ? "" : most.toFixed(2).padStart(10),
				most === undefined ? "" : figure <= most ? "  reached" : "  MISSED",
			]
				.join("")
				.trimEnd(),
		);
	const heading = `${"What regmigrate is to reach".padEnd(63)}${"is".padStart(8)}${"at most".padStart(10)}`;
	return [heading, ...lines].join("\n");
}

function goal(
	pass: Pass,
	what: string,
	figure: number | undefined,
	most: number | undefined,
): Goal {
	return { pass, what, figure, most };
}

function quotient(
	value: number | undefined,
	by: number | undefined,
): number | undefined {
	return value === undefined || by === undefined ? undefined : value / by;
}

function mebibytes(row: PassSummary | undefined): number | undefined {
	return row && row.peakBytes / 2 ** 20;
}

/** A pass without changes, and for each object written what one took at first. */
function changedMs(
	initial: PassSummary | undefined,
	unchanged: PassSummary | undefined,
	changed: PassSummary | undefined,
): number | undefined {
	if (initial === undefined || unchanged === undefined || changed === undefined)
		return undefined;
	const share = changed.written / initial.written;
	return unchanged.wallMs + initial.wallMs * share;
}
