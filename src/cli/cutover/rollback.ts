import { seeJournal } from "../../cutover/course/journal-file.ts";
import { decideRollback } from "../../cutover/rollback/decide-rollback.ts";
import { isAnybodyThere } from "../confirmation.ts";
import { requireSomebody } from "../registry/readonly-flags.ts";
import { openRegistry } from "../registry/registry-session.ts";
import { stateDirectory } from "../state-directory.ts";
import type {
	CourseOutput,
	CourseWishes,
	NamedStores,
} from "./course-wishes.ts";
import { cutOver } from "./cutover.ts";
import { type MigrationPaths, migrationPaths } from "./migration-files.ts";
import { rollBackMerging } from "./rollback-merge.ts";
import { refusal } from "./rollback-refusal.ts";

/** Brings a registry back to the source of its cutover, wherever that has come to. Resolves with what `--json` prints. */
export async function rollBack(
	named: NamedStores,
	wishes: CourseWishes,
	output: CourseOutput,
): Promise<object> {
	const isDryRun = wishes["dry-run"];
	requireSomebody(wishes.yes || isDryRun || isAnybodyThere(), "rollback");
	const state = stateDirectory(
		wishes["state-directory"],
		process.env,
		process.getuid?.(),
	);
	await using session = await openRegistry(wishes);
	const paths = migrationPaths(session, state);
	const decision = decideRollback({
		cutover: seeJournal(paths.cutover),
		rollback: seeJournal(paths.rollback),
	});
	switch (decision.type) {
		case "refuse":
			throw refusal(
				decision.reason,
				decision.suggestions ?? [
					"Name the --state-directory and the nodes that were named for the cutover.",
				],
			);
		case "turn-back":
			return await turnBack(named, wishes, output, paths);
		case "merge":
			return await rollBackMerging(named, wishes, output, {
				...{ session, state, paths },
				...decision,
			});
		default:
			return decision satisfies never;
	}
}

/** The unfinished cutover goes back by its own steps. */
async function turnBack(
	named: NamedStores,
	wishes: CourseWishes,
	output: CourseOutput,
	{ cutover }: MigrationPaths,
): Promise<object> {
	if (wishes["dry-run"]) {
		output.say(
			"Would undo, in reverse order, what the unfinished cutover has begun. Nothing was changed.",
		);
		return { isDryRun: true };
	}
	try {
		await cutOver(named, wishes, output, "it is rolled back, as asked");
	} catch (error) {
		const last = seeJournal(cutover)?.at(-1);
		if (last?.type !== "ended" || last.outcome !== "undone") throw error;
	}
	output.say(
		"The cutover was undone: the registry is on the source, as before, and takes writes.",
	);
	return { isDryRun: false, isTurnedBack: true };
}
