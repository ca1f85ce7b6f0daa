import { seeJournal } from "../../cutover/course/journal-file.ts";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import { decideRollback } from "../../cutover/rollback/decide-rollback.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import { SyncRefusal } from "../../sync/refusal.ts";
import { pathsBeside } from "../cutover/migration-files.ts";
import { recordsIn } from "../cutover/seen-courses.ts";

/**
 * What a pass was refused by, for a target that a registry was cut over to: that is in use, and what lets a pass take a target
 * over must not be advised. Any other error as it is.
 */
export function afterCutover(
	error: unknown,
	stateDirectory: string,
	target: ObjectStore,
): unknown {
	if (!(error instanceof SyncRefusal) || error.code !== "unmarked-registry")
		return error;
	const cutover = standingTo(target, stateDirectory);
	if (cutover === undefined) return error;
	return new SyncRefusal(
		error.code,
		`A registry was cut over to ${target.url} (begun by ${cutover.operator}, ${cutover.at}): it is in use there, and a pass would overwrite what was pushed since`,
		[
			"The way back, with what was pushed since, is regmigrate rollback; regmigrate status tells of the cutover.",
			"What is still missing at the target is told by regmigrate verify.",
		],
	);
}

/** The cutover to it that stands: past its point of no return, and not rolled back since. */
function standingTo(
	{ identity }: ObjectStore,
	stateDirectory: string,
): BegunRecord | undefined {
	return standingIn(stateDirectory).find(({ target }) => target === identity);
}

function standingIn(stateDirectory: string): readonly BegunRecord[] {
	try {
		return recordsIn(stateDirectory).flatMap((record) => {
			const paths = pathsBeside(record);
			const decision = decideRollback({
				cutover: seeJournal(paths.cutover),
				rollback: seeJournal(paths.rollback),
			});
			return decision.type === "merge" ? [decision.cutover] : [];
		});
	} catch (error) {
		// Then it is not known that there was one: the pass is refused all the same.
		if (error instanceof CutoverError) return [];
		throw error;
	}
}
