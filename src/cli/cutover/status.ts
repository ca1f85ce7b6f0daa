import type { EventRecord } from "../../cutover/told/event-record.ts";
import { printable } from "../format.ts";
import type { RegistryWishes } from "../registry/registry-flags.ts";
import { openRegistry } from "../registry/registry-session.ts";
import { UsageError } from "../usage-error.ts";
import type { Line } from "../wrapped.ts";
import { migrationPaths, pathsBeside } from "./migration-files.ts";
import { nextCommands } from "./next-lines.ts";
import { nothingKnown } from "./report.ts";
import {
	isSeen,
	recordsIn,
	type SeenCourse,
	seeCourse,
	type UnseenCourse,
} from "./seen-courses.ts";
import { exitCodeAt, follow } from "./status-follow.ts";
import { courseLines, problemLines } from "./status-lines.ts";

/** What is known in a state directory of one registry, or of each of which anything is. */
export async function seeCourses(
	wishes: RegistryWishes,
	directory: string,
): Promise<readonly (SeenCourse | UnseenCourse)[]> {
	return (await registriesMeant(wishes, directory)).flatMap(
		(paths) => seeCourse(paths) ?? [],
	);
}

async function registriesMeant(wishes: RegistryWishes, directory: string) {
	const isTold = [
		wishes["registry-file"],
		wishes["registry-config"],
		wishes["registry-url"],
	].some((flag) => flag !== undefined);
	if (!isTold) return recordsIn(directory).map(pathsBeside);
	await using session = await openRegistry(wishes);
	return [migrationPaths(session, directory)];
}

/** How far they are, as people read it. */
export function statusText(
	courses: readonly (SeenCourse | UnseenCourse)[],
	directory: string,
	now: number,
): readonly Line[] {
	if (courses.length === 0) return [nothingKnown(directory)];
	return courses.flatMap((one, index) => [
		...(index === 0 ? [] : [""]),
		...(isSeen(one) ? courseLines(one, now) : problemLines(one)),
	]);
}

/** The same for programs. */
export function statusJson(
	courses: readonly (SeenCourse | UnseenCourse)[],
	now: number,
): object {
	return {
		at: new Date(now).toISOString(),
		registries: courses.map((one) =>
			isSeen(one) ? courseJson(one) : { problem: one.problem.message },
		),
	};
}

function courseJson(seen: SeenCourse): object {
	const { name, status, owner, paths, events, isRetired, tried } = seen;
	const commands = nextCommands(seen);
	const predicted = events.findLast((event) => event.type === "predicted");
	return {
		course: name,
		journal: paths[name],
		isRunning: status.direction !== "ended" && owner !== undefined,
		...{ owner, isRetired },
		...status,
		tried: tried && {
			course: tried.name,
			begunAt: tried.status.begunAt,
			reason: tried.status.reason,
		},
		predicted: predicted?.next,
		commands: {
			goOn: commands.goOn?.join("\n"),
			goBack: commands.goBack?.join("\n"),
		},
	};
}

/** The one that can be followed. Throws a `UsageError` where it is not clear which one is meant. */
export function theOne(
	courses: readonly (SeenCourse | UnseenCourse)[],
): SeenCourse | undefined {
	const seen = courses.filter(isSeen);
	const unfinished = seen.filter(({ status }) => status.direction !== "ended");
	const candidates = unfinished.length > 0 ? unfinished : seen;
	if (candidates.length > 1)
		throw new UsageError(
			"There are several registries that could be followed",
			[
				"Say which one is meant with --registry-file, or with --registry-config.",
			],
		);
	const [one] = candidates;
	if (one === undefined)
		for (const course of courses) if (!isSeen(course)) throw course.problem;
	return one;
}

/** Follows one to its end. Resolves with the exit code. */
export async function followToEnd(
	seen: SeenCourse,
	{
		say,
		isJson,
		signal,
	}: {
		readonly say: (line: Line) => void;
		readonly isJson: boolean;
		readonly signal: AbortSignal;
	},
): Promise<number> {
	const end = await follow(
		seen,
		(event) => {
			for (const line of isJson
				? [{ verbatim: JSON.stringify(event) }]
				: eventLines(event))
				say(line);
		},
		signal,
	);
	const now = seeCourse(seen.paths);
	if (
		!isJson &&
		now !== undefined &&
		isSeen(now) &&
		now.status.id === seen.status.id
	)
		for (const line of ["", ...courseLines(now, Date.now())]) say(line);
	return exitCodeAt(end);
}

/** As whoever began it was told it, with the time (UTC). */
function eventLines(event: EventRecord): readonly string[] {
	const { at, text = textOf(event) } = event;
	if (text === undefined) return [];
	return text
		.split("\n")
		.map((line) => `${at.slice(11, 19)} ${printable(line)}`);
}

function textOf(event: EventRecord): string | undefined {
	if (event.type === "run")
		return `By ${event.operator}, ${event.process.replace(/, since .*/, "")}: ${event.course} ${event.source} to ${event.target}`;
	if (event.type === "stopped" && event.message !== undefined)
		return `Ended: ${event.message}`;
	return undefined;
}
