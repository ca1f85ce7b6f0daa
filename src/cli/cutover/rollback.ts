import { seeJournal, seeJournalOf } from "../../cutover/course/journal-file.ts";
import type { JournalRecord } from "../../cutover/course/journal-record.ts";
import { decideRollback } from "../../cutover/rollback/decide-rollback.ts";
import { STEPS } from "../../cutover/steps.ts";
import { courseStatus } from "../../cutover/told/course-status.ts";
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
import { formerCutover } from "./former-cutover.ts";
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
		cutover: formerCutover(paths)?.records ?? seeJournal(paths.cutover),
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
				...{ session, state, paths, decision },
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
		const steps = begunIn(seeJournal(cutover) ?? []);
		for (const line of [
			`Would undo what the unfinished cutover has begun: ${steps.join("; ")}.`,
			"Nothing was changed.",
		])
			output.say(line);
		return { isDryRun: true };
	}
	const [begun] = seeJournal(cutover) ?? [];
	const id = begun?.type === "begun" ? begun.id : "";
	try {
		await cutOver(named, wishes, output, "it is rolled back, as asked");
	} catch (error) {
		// Its journal may have given way to the one of the cutover before.
		const last = seeJournalOf(cutover, id)?.at(-1);
		if (last?.type !== "ended" || last.outcome !== "undone") throw error;
	}
	output.say(
		"The cutover was undone: the registry is on the source, as before, and takes writes.",
	);
	return { isDryRun: false, isTurnedBack: true };
}

/** The steps that a cutover has begun and that leave something to undo, the last first. */
function begunIn(records: readonly JournalRecord[]): readonly string[] {
	const status = courseStatus(records, STEPS);
	const begun = STEPS.filter(
		({ name, undo }) =>
			typeof undo === "function" &&
			status?.steps.some(
				({ step, state }) =>
					step === name && ["begun", "done", "undoing"].includes(state),
			),
	);
	return begun.map(({ name }) => name).reverse();
}
