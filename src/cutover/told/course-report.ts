import type { JournalRecord } from "../course/journal-record.ts";
import { COURSES, type CourseName } from "../courses.ts";
import { type CourseStatus, courseStatus } from "./course-status.ts";
import { dayAfter, dayAfterRollback, type Task } from "./day-after.ts";
import type { EventRecord, RunRecord } from "./event-record.ts";

/** What there is to know of a course when it has ended, or stopped. Plain data, without secrets (I7). */
export interface CourseReport {
	readonly course: CourseName;
	/** `unfinished`: it has stopped, or goes on. */
	readonly outcome: "done" | "rolled back" | "refused" | "unfinished";
	readonly status: CourseStatus;
	/** Which registry its nodes were configured for; `undefined`: it was not noted. */
	readonly registry: string | undefined;
	/** Who began it and went on with it, one for each process. */
	readonly runs: readonly RunRecord[];
	/** What the operator has answered for: flags, and what was asked at the terminal. */
	readonly acknowledged: readonly string[];
	/** What is not proven because of that: sentences. */
	readonly unproven: readonly string[];
	/** What the last pass was to delete, as it was approved. */
	readonly deletes: EventOf<"deletes-planned"> | undefined;
	/** How long the last pass was expected to take (ms). */
	readonly predictedMs: number | undefined;
	/** The window, and its steps, likewise. */
	readonly predictedWindow: EventOf<"predicted"> | undefined;
	readonly passes: readonly EventOf<"pass">[];
	readonly verified: readonly EventOf<"verified">[];
	readonly configured: readonly EventOf<"configured">[];
	readonly flushed: readonly EventOf<"flushed">[];
	readonly served: readonly EventOf<"served">[];
	/** One of each process that has seen some of the window. */
	readonly pulls: readonly EventOf<"pulls">[];
	/** The old source, made unwritable; `undefined`: it is not. */
	readonly fenced: EventOf<"fenced"> | undefined;
	/** All that was told, in order. */
	readonly told: readonly Pick<EventRecord, "at" | "text">[];
	/** What the last process said when it ended, if that was no success. */
	readonly failure: EventOf<"stopped"> | undefined;
	/** What is left to people; nothing where the registry is where it was. */
	readonly tasks: readonly Task[];
}

type EventOf<Type extends EventRecord["type"]> = Extract<
	EventRecord,
	{ type: Type }
>;

export interface ReportInput {
	readonly course: CourseName;
	readonly records: readonly JournalRecord[];
	/** Of this course. */
	readonly events: readonly EventRecord[];
	/** Whether the source was begun to be deleted since. */
	readonly isRetired: boolean;
	/** Writes a command line of ours with what was said for a run, in lines for a shell. */
	readonly command: (
		name: "rollback" | "verify" | "retire" | "config render",
		run: RunRecord,
	) => readonly string[];
}

/** Flags by which the operator answers for something. */
const ANSWERS = [
	...["yes", "accept-damage", "shared-redis", "database-backup-made"],
	...["accept-pending", "no-verify", "no-fence", "max-delete"],
];

/** By which an image is pushed, pulled and deleted in the end. */
const PUSH = "test-repository";

/** Makes the report; `undefined` where nothing was begun. */
export function courseReport({
	course,
	records,
	events,
	isRetired,
	command,
}: ReportInput): CourseReport | undefined {
	const status = courseStatus(records, COURSES[course].steps);
	if (status === undefined) return undefined;
	const all = <Type extends EventRecord["type"]>(type: Type) =>
		events.filter((event): event is EventOf<Type> => event.type === type);
	const runs = all("run");
	const run = runs.at(-1);
	const predicted = all("predicted").at(-1)?.next;
	const last = all("stopped").at(-1);
	return {
		course,
		outcome: outcomeOf(status),
		status,
		registry: records.find((record) => record.type === "begun")?.registry,
		runs,
		acknowledged: [
			...new Set(
				runs.flatMap(({ words }) =>
					words
						.filter(([name]) => ANSWERS.includes(name))
						.map(([name, value]) =>
							value === true ? `--${name}` : `--${name} ${value}`,
						),
				),
			),
			...(isAnswered(course, status, runs)
				? ["the window and what it deletes (asked at the terminal)"]
				: []),
			...records.flatMap((record) =>
				record.type === "database" && record.acknowledged === "answer"
					? [
							`a backup of the metadata database (${record.acknowledgedBy}, at the terminal)`,
						]
					: [],
			),
		],
		unproven: [
			...all("acknowledged").map(({ text }) => text),
			...(run !== undefined && status.outcome === "done" && !didSay(run, PUSH)
				? [
						`That the registry takes pushes was found by asking it, and by no push (--${PUSH} was not given).`,
					]
				: []),
		],
		deletes: all("deletes-planned").at(-1),
		predictedWindow: all("predicted").at(-1),
		predictedMs:
			predicted &&
			predicted.listMs +
				predicted.readMs +
				predicted.copyMs +
				predicted.deleteMs,
		passes: all("pass"),
		verified: all("verified"),
		configured: all("configured"),
		flushed: all("flushed"),
		served: all("served"),
		pulls: all("pulls"),
		fenced: all("fenced").at(-1),
		told: events.flatMap(({ at, text }) =>
			text === undefined ? [] : [{ at, text }],
		),
		failure: last?.message === undefined ? undefined : last,
		tasks:
			run === undefined || status.outcome !== "done"
				? []
				: run.course === "cutover"
					? dayAfter({
							...{ run, events, isRetired },
							command: (name) => command(name, run),
						})
					: dayAfterRollback(run),
	};
}

/** Whether somebody has said yes to the window, who had not done so with the command. */
function isAnswered(
	course: CourseName,
	{ steps }: CourseStatus,
	runs: readonly RunRecord[],
): boolean {
	const asked = COURSES[course].steps.find(({ asks }) => asks === true);
	const state = steps.find(({ step }) => step === asked?.name)?.state;
	return (
		state !== undefined &&
		state !== "to do" &&
		runs.length > 0 &&
		!runs.some((run) => didSay(run, "yes"))
	);
}

function didSay({ words }: RunRecord, flag: string): boolean {
	return words.some(([name]) => name === flag);
}

function outcomeOf({ outcome, hasChanged }: CourseStatus) {
	if (outcome === undefined) return "unfinished";
	if (outcome === "done") return "done";
	return hasChanged ? "rolled back" : "refused";
}
