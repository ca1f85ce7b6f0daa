import { COURSES } from "../../cutover/courses.ts";
import type {
	EventRecord,
	RunRecord,
} from "../../cutover/told/event-record.ts";
import { printable } from "../format.ts";
import { commandLines } from "../said.ts";
import type { Line } from "../wrapped.ts";
import { command, reportOf, taskLines } from "./report.ts";
import type { SeenCourse } from "./seen-courses.ts";

/** What comes next of a course, and by which commands; of one that has ended, why so, or what is left to people. */
export function nextLines(seen: SeenCourse): readonly Line[] {
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
export function lastRun({ events }: SeenCourse): RunRecord | undefined {
	return events.findLast((event) => event.type === "run");
}
