import { COURSES } from "../../cutover/courses.ts";
import type { StepStatus } from "../../cutover/told/course-status.ts";
import type {
	EventRecord,
	RunRecord,
} from "../../cutover/told/event-record.ts";
import { sumOf } from "../../sync/pass-timing.ts";
import { formatDuration, printable } from "../format.ts";
import { commandLines } from "../said.ts";
import type { Line } from "../wrapped.ts";
import { command, reportOf, taskLines } from "./report.ts";
import type { SeenCourse, UnseenCourse } from "./seen-courses.ts";

/** How far a registry's cutover, or the way back after it, is; `now` in milliseconds since 1970. */
export function courseLines(seen: SeenCourse, now: number): readonly Line[] {
	const { name, status, owner } = seen;
	const run = lastRun(seen);
	return [
		`${capitalized(name)} of ${namesIn(run) ?? "a registry"}: ${headline(seen)}`,
		`  source    ${printable(run?.source ?? status.source)}`,
		`  target    ${printable(run?.target ?? status.target)}`,
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

const HEADINGS = ["STEP", "STATE", "BEGAN (UTC)", "TOOK"] as const;

function stepTable(seen: SeenCourse, now: number): readonly string[] {
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

function nextLines(seen: SeenCourse): readonly Line[] {
	const { status, owner, events } = seen;
	const { reason, next, direction } = status;
	if (direction === "ended") {
		const report = reportOf(seen);
		return reason === undefined
			? ["", ...(report === undefined ? [] : taskLines(report))]
			: [`Why: ${printable(reason)}.`];
	}
	const stopped = events.findLast(
		(event) => event.type === "stopped" || event.type === "run",
	);
	const lines = [
		...(reason === undefined
			? []
			: [`It goes back because: ${printable(reason)}.`]),
		...(next === undefined
			? []
			: [
					isAsking(seen)
						? "Now: a yes is waited for, at its terminal, to open the window."
						: `${owner === undefined ? "Next" : "Now"}: ${next.isUndone ? "undo " : ""}${next.step}.`,
				]),
	];
	if (owner !== undefined) return lines;
	return [
		...lines,
		...(stopped?.type === "stopped" ? endLines(stopped) : []),
		...shownCommands(seen),
	];
}

/** Whether whoever began it is being asked. */
function isAsking(seen: SeenCourse): boolean {
	const { name, status, owner } = seen;
	const next = COURSES[name].steps.find(
		(step) => step.name === status.next?.step,
	);
	const isBegun = status.steps.some(
		({ step, state }) => step === next?.name && state !== "to do",
	);
	const isSaid = lastRun(seen)?.words.some(([word]) => word === "yes");
	return (
		owner !== undefined && next?.asks === true && !isBegun && isSaid === false
	);
}

function endLines(
	stopped: Extract<EventRecord, { type: "stopped" }>,
): readonly string[] {
	return [
		...(stopped.message === undefined
			? []
			: [`It said: ${printable(stopped.message)}.`]),
		...(stopped.suggestions ?? []).map((text) => `  ${printable(text)}`),
	];
}

/** The commands that go on with it, or back, as they were given, in lines for a shell. */
export function nextCommands(
	seen: SeenCourse,
	columns?: number,
): {
	readonly goOn: readonly string[] | undefined;
	readonly goBack: readonly string[] | undefined;
} {
	const run = lastRun(seen);
	const { direction } = seen.status;
	if (run === undefined || direction === "ended")
		return { goOn: undefined, goBack: undefined };
	const { directory, words } = run;
	const same = { command: seen.name, directory, has: () => true };
	const canGoBack = seen.name === "cutover" && direction === "forward";
	return {
		goOn: commandLines(same, words, columns),
		goBack: canGoBack ? command("rollback", run, columns) : undefined,
	};
}

function shownCommands(seen: SeenCourse): readonly Line[] {
	const { goOn, goBack } = nextCommands(seen, 76);
	if (goOn === undefined)
		return [
			`Run ${seen.name} again as it was begun, with the same --state-directory: it goes on from there.`,
		];
	const indented = (lines: readonly string[]) =>
		lines.map((line) => ({ verbatim: `  ${printable(line)}` }));
	return [
		seen.status.direction === "back"
			? "To go on with the way back:"
			: "To go on:",
		...indented(goOn),
		...(goBack === undefined ? [] : ["To go back:", ...indented(goBack)]),
	];
}

/** How it was begun, or gone on with, at last. */
function lastRun({ events }: SeenCourse): RunRecord | undefined {
	return events.findLast((event) => event.type === "run");
}

function namesIn(run: RunRecord | undefined): string | undefined {
	return run?.nodes.map(({ name }) => printable(name)).join(", ");
}

function capitalized(text: string): string {
	return text.charAt(0).toUpperCase() + text.slice(1);
}

/** `2026-01-31 00:00:05` */
function utc(ms: number): string {
	return new Date(ms).toISOString().slice(0, 19).replace("T", " ");
}
