import type { Pass } from "./passes.ts";
import { REQUEST_GROUPS } from "./request-counts.ts";
import type { PassSummary } from "./summary.ts";
import { OURS } from "./tools.ts";

const HEADINGS: Readonly<Record<Pass, string>> = {
	initial: "Initial pass, to an empty bucket",
	unchanged: "Nothing changed since the pass before",
	changed: "One object in a hundred changed since the pass before",
	latency: "Initial pass over a long way, every tool with its own settings",
	large: "Initial pass with one very large blob",
	tenfold: "Initial pass, ten times as many objects",
	"tenfold-unchanged":
		"Ten times as many objects, nothing changed since the pass before",
};

/** The figures that are compared with those of the best peer. */
type Figure = "wallMs" | "cpuMs" | "peakBytes";

/** The table of a pass, with the ratio to the best peer (`x`) beside each figure; at most 100 columns. */
export function formatTable(
	pass: Pass,
	summaries: readonly PassSummary[],
): string {
	const rows = summaries.filter((summary) => summary.pass === pass);
	if (rows.length === 0) return `${HEADINGS[pass]}: no tool came that far`;
	const best = bestPeers(rows);
	const heading = formatRow([
		...["", "wall s", "x", "CPU s", "x", "ms/object", "MiB", "x"],
		...REQUEST_GROUPS,
	]);
	const lines = rows
		.toSorted((left, right) => order(left) - order(right))
		.map((row) =>
			row.failure === undefined
				? formatRow(cells(row, best))
				: `${row.tool.padEnd(COLUMNS[0])} failed: ${row.failure}`,
		);
	return [HEADINGS[pass], heading, ...lines].join("\n");
}

const COLUMNS = [10, 8, 6, 8, 6, 10, 7, 6, 7, 7, 7, 6, 6] as const;

function order(row: PassSummary): number {
	return row.tool === OURS ? 0 : row.wallMs;
}

function bestPeers(
	rows: readonly PassSummary[],
): Readonly<Record<Figure, number>> {
	const peers = rows.filter(
		({ tool, failure }) => tool !== OURS && failure === undefined,
	);
	const least = (figure: Figure) =>
		Math.min(...peers.map((row) => row[figure]));
	return {
		wallMs: least("wallMs"),
		cpuMs: least("cpuMs"),
		peakBytes: least("peakBytes"),
	};
}

function cells(
	row: PassSummary,
	best: Readonly<Record<Figure, number>>,
): readonly string[] {
	const ratio = (figure: Figure) =>
		Number.isFinite(best[figure])
			? (row[figure] / best[figure]).toFixed(2)
			: "-";
	return [
		row.tool,
		(row.wallMs / 1000).toFixed(2),
		ratio("wallMs"),
		(row.cpuMs / 1000).toFixed(2),
		ratio("cpuMs"),
		row.cpuMsPerObject.toFixed(3),
		(row.peakBytes / 2 ** 20).toFixed(0),
		ratio("peakBytes"),
		...REQUEST_GROUPS.map((group) => String(row.requests[group] ?? 0)),
	];
}

function formatRow([name = "", ...figures]: readonly string[]): string {
	const [nameWidth, ...widths] = COLUMNS;
	return [
		name.padEnd(nameWidth),
		...figures.map((figure, index) => figure.padStart(widths[index] ?? 0)),
	]
		.join("")
		.trimEnd();
}
