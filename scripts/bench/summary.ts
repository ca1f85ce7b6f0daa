import type { Missed } from "./missed.ts";
import type { Pass } from "./passes.ts";
import { REQUEST_GROUPS, requestsOf } from "./request-counts.ts";
import type { Run } from "./run.ts";

/** What a tool took for a pass: the medians of its rounds. */
export interface PassSummary {
	readonly tool: string;
	readonly pass: Pass;
	readonly rounds: number;
	readonly wallMs: number;
	readonly cpuMs: number;
	readonly cpuMsPerObject: number;
	readonly peakBytes: number;
	/** By the groups of `REQUEST_GROUPS`. */
	readonly requests: Readonly<Record<string, number>>;
	/** Objects that had been written since the pass before. */
	readonly written: number;
	/** How many times over it read the source, other reading included; undefined where the system does not count it. */
	readonly timesRead: number | undefined;
	/** The most that it left undone in any round. */
	readonly missed: Missed | undefined;
	/** Why its figures are worth nothing, in words; undefined when every round did the job. */
	readonly failure: string | undefined;
}

/** The passes of every tool, in the order in which they were first made. */
export function summarise(runs: readonly Run[]): readonly PassSummary[] {
	const groups = Map.groupBy(runs, ({ tool, pass }) => `${pass} ${tool}`);
	return [...groups.values()].flatMap((rounds) => {
		const [first] = rounds;
		return first === undefined ? [] : [summarisePass(first, rounds)];
	});
}

function summarisePass(
	{ tool, pass, objects, written, sourceBytes }: Run,
	rounds: readonly Run[],
): PassSummary {
	const of = (value: (run: Run) => number) => median(rounds.map(value));
	const cpuMs = of((run) => run.cpuMs);
	const groups = REQUEST_GROUPS.map((group) => [
		group,
		of(({ requests }) => requestsOf(group, requests)),
	]);
	return {
		tool,
		pass,
		rounds: rounds.length,
		wallMs: of((run) => run.wallMs),
		cpuMs,
		cpuMsPerObject: cpuMs / objects,
		peakBytes: of((run) => run.peakBytes),
		requests: Object.fromEntries(groups),
		written,
		timesRead: rounds.some(({ readBytes }) => readBytes === undefined)
			? undefined
			: of(({ readBytes = 0 }) => readBytes) / sourceBytes,
		missed: mostMissed(rounds),
		failure: rounds.find(({ failure }) => failure !== undefined)?.failure,
	};
}

function mostMissed(rounds: readonly Run[]): Missed | undefined {
	return rounds
		.map(({ missed }) => missed)
		.toSorted((left, right) => (right?.objects ?? 0) - (left?.objects ?? 0))[0];
}

/** The middle one, or the mean of the two in the middle. */
export function median(values: readonly number[]): number {
	const sorted = values.toSorted((left, right) => left - right);
	const middle = sorted.length >> 1;
	const upper = sorted[middle] ?? Number.NaN;
	return sorted.length % 2 === 1
		? upper
		: (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}
