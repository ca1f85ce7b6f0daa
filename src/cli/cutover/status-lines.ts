import { ENDS } from "../../cutover/courses.ts";
import type { RunRecord } from "../../cutover/told/event-record.ts";
import { sumOf } from "../../sync/pass-timing.ts";
import { formatDuration, printable } from "../format.ts";
import type { Line } from "../wrapped.ts";
import { utc } from "./moment.ts";
import { lastRun, nextLines } from "./next-lines.ts";
import type { SeenCourse, UnseenCourse } from "./seen-courses.ts";
import { stepTable } from "./step-table.ts";

/** How far a registry's cutover, or the way back after it, is; `now` in milliseconds since 1970. */
export function courseLines(seen: SeenCourse, now: number): readonly Line[] {
	const { name, status, owner } = seen;
	const run = lastRun(seen);
	const [from, to] = ENDS[name];
	return [
		`${capitalized(name)} of ${namesIn(run) ?? "a registry"}: ${headline(seen)}`,
		`  ${from.padEnd(8)}  ${printable(run?.source ?? status.source)}`,
		`  ${to.padEnd(8)}  ${printable(run?.target ?? status.target)}`,
		`  begun     ${utc(status.begunAt)} by ${printable(status.operator)}, id ${status.id}`,
		...(owner === undefined ? [] : [`  at it     ${printable(owner)}`]),
		"",
		...stepTable(seen, now).map((verbatim) => ({ verbatim })),
		"",
		...pushLines(seen, now),
		...predictedLines(seen),
		...triedLines(seen),
		...nextLines(seen),
	];
}

/** What was begun since and came to nothing: a note, for all is as it was. */
function triedLines({ tried }: SeenCourse): readonly string[] {
	if (tried === undefined) return [];
	const { begunAt, operator, reason, hasChanged } = tried.status;
	return [
		printable(
			`A ${tried.name} was begun since, at ${utc(begunAt)} by ${operator}, and ${hasChanged ? "went back" : "was refused, with nothing changed"}${reason === undefined ? "" : `: ${reason}`}.`,
		),
	];
}

/** What cannot be read of one. */
export function problemLines({ problem }: UnseenCourse): readonly string[] {
	return [
		`${problem.message}.`,
		...problem.suggestions.map((suggestion) => `  ${suggestion}`),
	];
}

/**
 * | it                                     | somebody is at it | then                         |
 * | -------------------------------------- | ----------------- | ---------------------------- |
 * | has ended, all done                    | -                 | done                         |
 * | has ended, all undone                  | -                 | rolled back                  |
 * | so, and it had changed nothing         | -                 | refused, nothing was changed |
 * | goes on                                | yes               | running                      |
 * | goes back                              | yes               | going back                   |
 * | has not ended                          | no                | stopped                      |
 */
function headline({ status, owner }: SeenCourse): string {
	const { direction, outcome, endedAt, hasChanged } = status;
	if (direction === "ended") {
		const at = endedAt === undefined ? "" : `, ${utc(endedAt)}`;
		if (outcome === "done") return `done${at}`;
		return `${hasChanged ? "rolled back" : "refused, nothing was changed"}${at}`;
	}
	if (owner === undefined) return "STOPPED, and nobody is at it";
	return direction === "back" ? "going back" : "running";
}

function pushLines(
	{ status: { refusing, direction } }: SeenCourse,
	now: number,
): readonly string[] {
	if (refusing === undefined)
		return [
			direction === "ended"
				? "Pushes were not refused."
				: "Pushes are taken, as before.",
		];
	const { since, until } = refusing;
	return until === undefined
		? [
				`Pushes are refused since ${utc(since)}, for ${formatDuration(now - since)} by now.`,
			]
		: [
				`Pushes were refused for ${formatDuration(until - since)}, until ${utc(until)}.`,
			];
}

function predictedLines({ events, status }: SeenCourse): readonly string[] {
	const last = events.findLast((event) => event.type === "predicted");
	const isOver =
		status.refusing !== undefined || status.direction !== "forward";
	if (last === undefined || isOver) return [];
	const { next, windowMs } = last;
	return [
		`The last pass is expected to take ${formatDuration(sumOf(next))}${windowMs === undefined ? "" : `, and pushes to be refused for ${formatDuration(windowMs)} in all`}.`,
	];
}

function namesIn(run: RunRecord | undefined): string | undefined {
	return run?.nodes.map(({ name }) => printable(name)).join(", ");
}

function capitalized(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}
