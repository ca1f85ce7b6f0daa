import { readdirSync } from "node:fs";
import { basename, join } from "node:path";
import { seeJournal } from "../../cutover/course/journal-file.ts";
import type { JournalRecord } from "../../cutover/course/journal-record.ts";
import { COURSES, type CourseName } from "../../cutover/courses.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import {
	type CourseStatus,
	courseStatus,
} from "../../cutover/told/course-status.ts";
import { readEvents } from "../../cutover/told/event-file.ts";
import type { EventRecord } from "../../cutover/told/event-record.ts";
import { seeRecord } from "../../registry/read-only/record-file.ts";
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
 * What was done last to a registry. Of a cutover and the way back after it, the one that was begun last; `undefined`: nothing
 * was begun.
 */
export function seeCourse(
	paths: MigrationPaths,
): SeenCourse | UnseenCourse | undefined {
	try {
		const [last] = NAMES.flatMap((name) => seenAs(name, paths)).sort(
			(one, other) => other.status.begunAt - one.status.begunAt,
		);
		return last;
	} catch (error) {
		if (error instanceof CutoverError) return { paths, problem: error };
		throw error;
	}
}

const NAMES = Object.keys(COURSES) as readonly CourseName[];

function seenAs(
	name: CourseName,
	paths: MigrationPaths,
): readonly SeenCourse[] {
	const records = seeJournal(paths[name]) ?? [];
	const status = statusIn(name, records, paths[name]);
	if (status === undefined) return [];
	const events = readEvents(paths.events).filter(({ id }) => id === status.id);
	const owner = ownerOf(paths);
	return [{ name, paths, status, records, events, owner }];
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
	const path = paths[name];
	for (const one of [path, ...putAside(path)]) {
		const again = statusIn(name, seeJournal(one) ?? [], one);
		if (again?.id === status.id) return again;
	}
	return undefined;
}

function putAside(path: string): readonly string[] {
	const directory = join(path, "..");
	return readdirSync(directory)
		.filter((name) => name.startsWith(`${basename(path)}.`))
		.sort()
		.reverse()
		.map((name) => join(directory, name));
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
		if (error instanceof Error && "code" in error && error.code === "ENOENT")
			return [];
		throw new CutoverError(
			"refused",
			`It cannot be known what was begun in ${directory}: ${messageOf(error)}`,
			{
				suggestions: [
					"Run this as who began it, or with their --state-directory.",
				],
				cause: error,
			},
		);
	}
}
