import type { StepStatus } from "../../cutover/told/course-status.ts";
import { formatDuration } from "../format.ts";
import { utc } from "./moment.ts";
import type { SeenCourse } from "./seen-courses.ts";

const HEADINGS = ["STEP", "STATE", "BEGAN (UTC)", "TOOK"] as const;

/**
 * The steps of a course side by side, without those that are not needed, and of one that has ended those that were not begun.
 * `now`: milliseconds since 1970.
 */
export function stepTable(seen: SeenCourse, now: number): readonly string[] {
	const hasEnded = seen.status.direction === "ended";
	const rows = [
		HEADINGS,
		...seen.status.steps
			.filter(
				({ state }) =>
					state !== "not needed" && (state !== "to do" || !hasEnded),
			)
			.map((step) => cells(step, seen, now)),
	];
	const widths = HEADINGS.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		`  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ")}`.trimEnd(),
	);
}

function cells(
	{ step, state, beganAt, endedAt }: StepStatus,
	{ owner, status: { direction } }: SeenCourse,
	now: number,
): readonly string[] {
	const isUnderWay = state === "begun" || state === "undoing";
	const isRun = owner !== undefined;
	const shown =
		state === "begun" && isRun
			? "running"
			: isUnderWay && !isRun
				? `${state}, stopped`
				: state === "to do" && direction !== "forward"
					? "not begun"
					: state;
	const until = endedAt ?? (isUnderWay && isRun ? now : undefined);
	return [
		step,
		shown,
		beganAt === undefined ? "" : utc(beganAt),
		beganAt === undefined || until === undefined
			? ""
			: formatDuration(until - beganAt),
	];
}
