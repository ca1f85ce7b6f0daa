import { formatMissed } from "./missed.ts";
import type { Pass } from "./passes.ts";
import type { PassSummary } from "./summary.ts";
import { median } from "./summary.ts";
import type { WarmPass, WarmPasses } from "./warm/measure-warm.ts";

/** What there is to say of a pass besides its table, a line for each tool; undefined: nothing. */
export function formatNotes(
	pass: Pass,
	summaries: readonly PassSummary[],
): string | undefined {
	const rows = summaries.filter(
		(row) => row.pass === pass && row.failure === undefined,
	);
	if (rows.length === 0) return undefined;
	switch (pass) {
		case "changed":
			return [
				`For ${rows[0]?.written} changed objects, beyond its own pass without changes:`,
				...rows.map((row) => changedNote(row, summaries)),
			].join("\n");
		case "large":
			return rows
				.map(
					({ tool, timesRead }) =>
						`${tool.padEnd(10)} read the source ${timesRead?.toFixed(2) ?? "?"} times`,
				)
				.join("\n");
		case "initial":
		case "unchanged":
		case "latency":
		case "tenfold":
		case "tenfold-unchanged":
			return undefined;
		default:
			return pass satisfies never;
	}
}

function changedNote(
	row: PassSummary,
	summaries: readonly PassSummary[],
): string {
	const before = summaries.find(
		({ tool, pass }) => tool === row.tool && pass === "unchanged",
	);
	const beyond = (figure: "wallMs" | "cpuMs") =>
		before === undefined
			? "?"
			: ((row[figure] - before[figure]) / 1000).toFixed(2);
	return `${row.tool.padEnd(10)} wall ${beyond("wallMs").padStart(6)} s, CPU ${beyond("cpuMs").padStart(6)} s; missed ${formatMissed(row.missed)}`;
}

/** The passes in one process, beside find. */
export function formatWarmPasses({
	toServer,
	toFiles,
	walks,
}: WarmPasses): string {
	const line = (
		name: string,
		passes: readonly Pick<WarmPass, "wallMs" | "cpuMs">[],
	) => {
		const [wallMs, cpuMs] = [
			median(passes.map((pass) => pass.wallMs)),
			median(passes.map((pass) => pass.cpuMs)),
		];
		return `${name.padEnd(22)} wall ${wallMs.toFixed(0).padStart(5)} ms, CPU ${cpuMs.toFixed(0).padStart(5)} ms`;
	};
	return [
		`Nothing changed, in one process, start-up aside; medians of ${walks.length}`,
		line("find", walks),
		line("regmigrate, to MinIO", toServer),
		line("regmigrate, to files", toFiles),
	].join("\n");
}
