import { begin } from "../../cutover/course/begin.ts";
import type { Journal } from "../../cutover/course/journal.ts";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import type { CourseName } from "../../cutover/courses.ts";
import type { RecordKeeper } from "../../registry/read-only/record.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { operatorName } from "../registry/readonly-flags.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import {
	type CourseOutput,
	type CourseWishes,
	requireUsable,
} from "./course-wishes.ts";
import { type KeptEvents, keepEvents } from "./kept-events.ts";
import { holdRegistry, type MigrationPaths } from "./migration-files.ts";
import { ToldCourse } from "./told-course.ts";

/** Which course of which registry, and how it was asked for. */
export interface AskedCourse {
	readonly name: CourseName;
	readonly session: RegistrySession;
	readonly paths: MigrationPaths;
	readonly wishes: CourseWishes;
	readonly output: CourseOutput;
	/** Where the course begins. */
	readonly source: ObjectStore;
	/** Where it leads. */
	readonly target: ObjectStore;
}

/** A course of a registry that this process has. Disposing lets it go. */
export interface HeldCourse extends AskedCourse, Disposable {
	readonly isDryRun: boolean;
	readonly operator: string;
	readonly keeper: RecordKeeper;
	readonly journal: Journal;
	readonly begun: BegunRecord;
	readonly kept: KeptEvents;
	readonly told: ToldCourse;
}

/**
 * Takes the registry, notes that the course is begun, or that it goes on, and keeps what is told of it from then on. What
 * `guard` throws comes before anything is written. Rejects with a `RegistryError` or a `CutoverError` where another process
 * has it, or another course of it has not ended; with a `UsageError` before all of that.
 */
export async function holdCourse(
	asked: AskedCourse,
	{
		id,
		guard,
		registryVersion,
	}: {
		/** Default: one that nobody else has. */
		readonly id?: string | undefined;
		readonly guard?: (() => void) | undefined;
		/** Which registry it is, asked when the course is begun, and noted. */
		readonly registryVersion?: (() => Promise<string>) | undefined;
	} = {},
): Promise<HeldCourse> {
	const { name, session, paths, wishes, output, source, target } = asked;
	requireUsable(wishes);
	const isDryRun = wishes["dry-run"];
	const operator = operatorName(process.env);
	using opened = new DisposableStack();
	const { keeper, journal } = opened.use(
		holdRegistry(paths, paths[name], isDryRun, guard),
	);
	const ends = { source: source.identity, target: target.identity };
	const registry =
		journal.records.length === 0 ? await registryVersion?.() : undefined;
	const begun = begin(journal, { operator, ...ends, id, registry });
	const kept = opened.use(
		await keepEvents(paths, isDryRun, {
			...{ course: name, begun, operator, session },
			...{ source, target, ...output },
		}),
	);
	const told = new ToldCourse(name, kept, output, isDryRun);
	const held = opened.move();
	return {
		...asked,
		...{ isDryRun, operator, keeper, journal, begun, kept, told },
		[Symbol.dispose]: () => held.dispose(),
	};
}
