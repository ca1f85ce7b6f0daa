import {
	filesAside,
	linkAside,
	placeAside,
	seeJournal,
} from "../../cutover/course/journal-file.ts";
import type { JournalRecord } from "../../cutover/course/journal-record.ts";
import { decideRollback } from "../../cutover/rollback/decide-rollback.ts";
import { readEvents } from "../../cutover/told/event-file.ts";
import { renameDurably } from "../../state/rename-durably.ts";
import type { MigrationPaths } from "./migration-files.ts";

type Paths = Pick<MigrationPaths, "cutover" | "rollback" | "events">;

/** A cutover that stands again, because the one after it came to nothing. */
interface FormerCutover {
	/** Where its journal is. */
	readonly path: string;
	readonly id: string;
	readonly records: readonly JournalRecord[];
}

/**
 * A registry that was cut over may be moved on, by a cutover from its target. Where that comes to nothing, the registry is
 * where the former one has brought it, and can be brought back from there. Throws a `CutoverError` for a journal that cannot
 * be read.
 *
 * | the last cutover                        | the last one before that did not come to nothing | then           |
 * | --------------------------------------- | ------------------------------------------------ | -------------- |
 * | has ended, undone, or has begun nothing | can be rolled back                               | that one stands |
 * | so                                      | is not there, or cannot be                       | `undefined`    |
 * | anything else                           | -                                                | `undefined`    |
 */
export function formerCutover(paths: Paths): FormerCutover | undefined {
	const last = seeJournal(paths.cutover);
	if (last === undefined || !cameToNothing(last)) return undefined;
	const path = filesAside(paths.cutover).find(
		(aside) => !cameToNothing(seeJournal(aside) ?? []),
	);
	if (path === undefined) return undefined;
	const records = seeJournal(path) ?? [];
	const rollback = seeJournal(paths.rollback);
	const decision = decideRollback({ cutover: records, rollback });
	return decision.type === "merge" && !decision.isHalfWay
		? { path, records, id: decision.cutover.id }
		: undefined;
}

/**
 * Gives the journal of such a cutover its place again, and what was told of it; the other one is put aside. Only who has the
 * registry may do so; safe to repeat. Throws what Node throws, and as `formerCutover`.
 */
export function bringBackFormer(paths: Paths): void {
	const former = formerCutover(paths);
	if (former === undefined) return;
	const endedAt = seeJournal(paths.cutover)?.at(-1)?.at;
	const told = eventsOf(paths.events, former.id);
	if (told !== undefined) exchange(paths.events, told, endedAt);
	exchange(paths.cutover, former.path, endedAt);
}

/** Whether it is as if it had never been begun; so where not even that could be noted. */
function cameToNothing(records: readonly JournalRecord[]): boolean {
	const last = records.at(-1);
	if (last?.type === "ended") return last.outcome === "undone";
	return last === undefined || (records.length === 1 && last.type === "begun");
}

/** At each moment there is one at the path. What has noted nothing (`undefined`) is not kept. */
function exchange(
	path: string,
	former: string,
	endedAt: string | undefined,
): void {
	if (endedAt !== undefined) linkAside(path, placeAside(path, endedAt));
	renameDurably(former, path);
}

/** Where the events of a cutover were put aside. */
function eventsOf(path: string, id: string): string | undefined {
	return filesAside(path).find((aside) =>
		readEvents(aside).some((event) => event.id === id),
	);
}
