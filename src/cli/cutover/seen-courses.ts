import { readdirSync } from "node:fs";
import { join } from "node:path";
import {
	filesAside,
	seeJournal,
	seeJournalOf,
} from "../../cutover/course/journal-file.ts";
import type { JournalRecord } from "../../cutover/course/journal-record.ts";
import { COURSES, type CourseName } from "../../cutover/courses.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import { isRetirementBegun } from "../../cutover/retire/retired-note.ts";
import {
	type CourseStatus,
	courseStatus,
} from "../../cutover/told/course-status.ts";
import { readEvents } from "../../cutover/told/event-file.ts";
import type { EventRecord } from "../../cutover/told/event-record.ts";
import { seeRecord } from "../../registry/read-only/record-file.ts";
import { errno } from "../../store/filesystem/errors.ts";
import { messageOf } from "../../store/thrown.ts";
import type { MigrationPaths } from "./migration-files.ts";

/** A course of a registry, as it is seen from another process. */
export interface SeenCourse {
	readonly name: CourseName;
	readonly paths: MigrationPaths;
	readonly status: CourseStatus;
	readonly records: readonly JournalRecord[];
	/** Of this course only. */
	readonly events: readonly EventRecord[];
	/** Who has the registry now, for a sentence; `undefined`: nobody, or it cannot be known. */
	readonly owner: string | undefined;
	/** Whether the source of a cutover was begun to be deleted since: nothing leads back. */
	readonly isRetired: boolean;
	/** What was begun after it, and came to nothing; `undefined`: nothing. */
	readonly tried?: Pick<SeenCourse, "name" | "status"> | undefined;
}

/** What cannot be read. */
export interface UnseenCourse {
	readonly paths: MigrationPaths;
	readonly problem: CutoverError;
}

/** Whether it could be read. */
export function isSeen(one: SeenCourse | UnseenCourse): one is SeenCourse {
	return "status" in one;
}

/**
 * What a registry's standing comes from, of a cutover and the way back after it; `undefined`: nothing was begun.
 *
 * | begun last                                     | then                                        |
 * | ---------------------------------------------- | ------------------------------------------- |
 * | a way back that was refused, or undone         | the cutover: it stands as if that had not been begun |
 * | a cutover that gave way to the one before it   | that one (`former-cutover.ts`)              |
 * | anything else                                  | that                                        |
 */
export function seeCourse(
	paths: MigrationPaths,
): SeenCourse | UnseenCourse | undefined {
	return seeing(paths, () => {
		const [last, before] = coursesOf(paths);
		if (last?.name === "rollback" && last.status.outcome === "undone")
			return before && { ...before, tried: last };
		if (last === undefined || last.name === "rollback") return last;
		const [aside = ""] = filesAside(paths.cutover);
		const [tried] = seenAs("cutover", paths, aside);
		return tried !== undefined && tried.status.begunAt > last.status.begunAt
			? { ...last, tried }
			: last;
	});
}

/** What was begun last, whatever came of it. */
export function seeLast(
	paths: MigrationPaths,
): SeenCourse | UnseenCourse | undefined {
	return seeing(paths, () => coursesOf(paths)[0]);
}

function seeing<T>(paths: MigrationPaths, see: () => T): T | UnseenCourse {
	try {
		return see();
	} catch (error) {
		if (error instanceof CutoverError) return { paths, problem: error };
		throw error;
	}
}

/** What was begun last first. */
function coursesOf(paths: MigrationPaths): readonly SeenCourse[] {
	return NAMES.flatMap((name) => seenAs(name, paths)).sort(
		(one, other) => other.status.begunAt - one.status.begunAt,
	);
}

const NAMES = Object.keys(COURSES) as readonly CourseName[];

function seenAs(
	name: CourseName,
	paths: MigrationPaths,
	path = paths[name],
): readonly SeenCourse[] {
	const records = seeJournal(path) ?? [];
	const status = statusIn(name, records, path);
	if (status === undefined) return [];
	const events = readEvents(paths.events).filter((event) =>
		isToldOf(event, { name, status }),
	);
	const owner = ownerOf(paths);
	const isRetired = isRetirementBegun(paths, records);
	return [{ name, paths, status, records, events, owner, isRetired }];
}

/** Whether it was told of this course: a way back that is begun again has the id of the one that came to nothing before it. */
export function isToldOf(
	{ id, at }: EventRecord,
	{ name, status }: Pick<SeenCourse, "name" | "status">,
): boolean {
	return (
		id === status.id && (name === "cutover" || Date.parse(at) >= status.begunAt)
	);
}

/** Throws a `CutoverError` that names the journal, for one of other steps. */
function statusIn(
	name: CourseName,
	records: readonly JournalRecord[],
	path: string,
): CourseStatus | undefined {
	try {
		return courseStatus(records, COURSES[name].steps);
	} catch (error) {
		if (!(error instanceof CutoverError)) throw error;
		const { code, message, suggestions, cause } = error;
		throw new CutoverError(code, `${message} (${path})`, {
			suggestions,
			cause,
		});
	}
}

/** Who has the registry now. */
export function ownerOf({ record }: MigrationPaths): string | undefined {
	try {
		return seeRecord(record).owner;
	} catch {
		// What a killed process has left half-done in it: then nobody has it.
		return undefined;
	}
}

/** How the course of this id has gone on: its journal may have been put aside meanwhile. */
export function seeAgain({
	name,
	paths,
	status,
}: SeenCourse): CourseStatus | undefined {
	const records = seeJournalOf(paths[name], status.id) ?? [];
	return statusIn(name, records, paths[name]);
}

/** Where the files of every registry are of which there is a journal. */
export function recordsIn(directory: string): readonly string[] {
	const hashes = namesIn(directory).flatMap(
		(name) => JOURNAL.exec(name)?.[1] ?? [],
	);
	return [...new Set(hashes)]
		.sort()
		.map((hash) => join(directory, `${hash}.db`));
}

const JOURNAL = /^(registry-[0-9a-f]{16})\.(?:cutover|rollback)$/;

function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch (error) {
		if (errno(error) === "ENOENT") return [];
		throw new CutoverError(
			"refused",
			`It cannot be known what was begun in ${directory}: ${messageOf(error)}`,
			{
				suggestions: [
					errno(error) === "ENOTDIR"
						? "That is no directory: name the one of the cutover with --state-directory."
						: "Run this as who began it, or with their --state-directory.",
				],
				cause: error,
			},
		);
	}
}
