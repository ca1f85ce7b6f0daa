import type { PullsResult } from "../../cutover/pulls/pull-record.ts";
import { formatDuration } from "../format.ts";

/** How pulls went while pushes were refused, a line for each node. */
export function pullsLines({
	nodes,
	noneServedMs,
}: PullsResult): readonly string[] {
	const lines = nodes.map(({ node, failedMs, spans }) =>
		spans.length === 0
			? `   ${node}: pulls were served all the while`
			: `   ${node}: pulls failed for ${formatDuration(failedMs)} (${spans.map(({ from, to }) => `${clock(from)} to ${clock(to)}`).join(", ")} UTC)`,
	);
	if (nodes.length < 2) return lines;
	return [
		...lines,
		noneServedMs === 0
			? "   at each moment some node served pulls"
			: `   no node served pulls for ${formatDuration(noneServedMs)}`,
	];
}

/** What `--json` says of it. */
export function pullsReport(pulls: PullsResult | undefined): object {
	if (pulls === undefined) return {};
	const { nodes, noneServedMs } = pulls;
	return {
		pullsFailedMs: Object.fromEntries(
			nodes.map(({ node, failedMs }) => [node, failedMs]),
		),
		noneServedPullsMs: noneServedMs,
	};
}

/** The time of day, UTC. */
function clock(ms: number): string {
	return new Date(ms).toISOString().slice(11, 21);
}
