import { seeJournal } from "../../cutover/course/journal-file.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import { targetDestination } from "../../cutover/destination.ts";
import { dryRunActuators } from "../../cutover/dry-run.ts";
import { realActuators } from "../../cutover/real-actuators.ts";
import { isRetirementBegun } from "../../cutover/retire/retired-note.ts";
import {
	refuseAfterCutover,
	refuseDuringRollback,
} from "../../cutover/rollback/decide-rollback.ts";
import { STEPS } from "../../cutover/steps.ts";
import type { CutoverWorld } from "../../cutover/world.ts";
import { messageOf } from "../../store/thrown.ts";
import { isAnybodyThere } from "../confirmation.ts";
import { requireSomebody } from "../registry/readonly-flags.ts";
import { openRegistry } from "../registry/registry-session.ts";
import { indexPath, stateDirectory } from "../state-directory.ts";
import { openStores } from "../stores.ts";
import { baseOf, removeOtherBases } from "./base-files.ts";
import type {
	CourseOutput,
	CourseWishes,
	NamedStores,
} from "./course-wishes.ts";
import { courseWorld } from "./course-world.ts";
import { resultLines } from "./cutover-lines.ts";
import { rehearseForCutover } from "./cutover-rehearsal.ts";
import {
	registryVersion,
	requireCutoverKind,
	targetSettings,
} from "./cutover-world.ts";
import { databaseNotes } from "./database-notes.ts";
import { type HeldCourse, holdCourse } from "./held-course.ts";
import { indexFor, migrationPaths } from "./migration-files.ts";
import { measuredSteps } from "./prediction-lines.ts";
import { pullsReport } from "./pulls-lines.ts";
import { restartEstimate } from "./restart-estimate.ts";
import { runCourse } from "./run-course.ts";

/**
 * Cuts a registry over, or goes on where another process has stopped; with `turnBack` (a clause) it goes back. Resolves with
 * what `--json` prints.
 */
export async function cutOver(
	named: NamedStores,
	wishes: CourseWishes,
	output: CourseOutput,
	turnBack?: string,
): Promise<object> {
	const isDryRun = wishes["dry-run"];
	requireSomebody(wishes.yes || isDryRun || isAnybodyThere(), "cutover");
	const state = stateDirectory(
		wishes["state-directory"],
		process.env,
		process.getuid?.(),
	);
	await using session = await openRegistry(wishes);
	requireCutoverKind(session);
	await using stores = await openStores(
		{
			...named,
			ifNoTarget: "If it is the right one, create it and run this again.",
			isTargetWritten: !isDryRun,
			stateDirectory: state,
		},
		output.signal,
	);
	const { source, target } = stores;
	const paths = migrationPaths(session, state);
	using held = await holdCourse(
		{ name: "cutover", session, paths, wishes, output, source, target },
		{
			guard() {
				const rollback = seeJournal(paths.rollback);
				refuseDuringRollback(rollback);
				const cutover = seeJournal(paths.cutover);
				const isRetired = isRetirementBegun(paths, cutover ?? []);
				const noted = { cutover, rollback, isRetired };
				const ends = { source: source.identity, target: target.identity };
				refuseAfterCutover(noted, ends, paths.cutover);
			},
			registryVersion: () => registryVersion(session, wishes, output.signal),
		},
	);
	const world = await cutoverWorld(held, named, {
		indexPath: indexFor(indexPath(state, source, target), isDryRun),
		metadata: { configured: stores.sourceDatabase },
	});
	await using scope = new AsyncDisposableStack();
	const actuators = isDryRun
		? dryRunActuators(world, (sentence) => output.say(`   ${sentence}`))
		: realActuators(world, scope);
	const { told } = held;
	const result = await runCourse(held, STEPS, actuators, {
		turnBack,
		resultLines: (done) =>
			resultLines(done, { target: target.url }, told.expected.predicted),
	});
	if (!isDryRun) tidy(held);
	return {
		...report(result, held),
		...pullsReport(told.pulls),
	};
}

/** What is left of cutovers before this one takes room, and harms nothing. */
function tidy({ paths, begun, told }: HeldCourse): void {
	try {
		removeOtherBases(paths, begun);
	} catch (error) {
		const text = `What earlier cutovers have kept for their way back cannot be removed: ${messageOf(error)}. It is of no use any more`;
		told.observe({ type: "note", text });
	}
}

async function cutoverWorld(
	held: HeldCourse,
	named: NamedStores,
	pass: CutoverWorld["pass"],
): Promise<CutoverWorld> {
	const { session, paths, wishes, output, journal, isDryRun, told } = held;
	const { signal } = output;
	const say = (line: string) => told.detail(line);
	const version =
		wishes["registry-version"] ??
		held.begun.registry ??
		(await registryVersion(session, wishes, signal));
	const settings = await targetSettings(named.target, version, wishes, signal);
	const database = databaseNotes(journal, wishes, held.operator);
	return {
		...courseWorld(held, settings, paths.deletes),
		...{ settings, database, pass, witnessId: held.begun.id },
		destination: targetDestination(settings, database, held.begun.id),
		basePath: baseOf(paths, held.begun),
		acceptsDamage: wishes["accept-damage"],
		restart: restartEstimate(
			paths.cutover,
			session.described.description.kind,
			session.nodes.length,
		),
		rehearse: wishes.rehearse
			? (call) =>
					rehearseForCutover({ named, wishes, session, isDryRun, say }, call)
			: undefined,
		isVerifiedLive: wishes.verify,
	};
}

function report(
	result: CutoverResult,
	{ isDryRun, operator, begun: { id }, told: { expected } }: HeldCourse,
): object {
	const { predicted, deletes } = expected;
	return {
		...{ isDryRun, id, operator },
		windowMs: result.windowMs,
		steps: measuredSteps(result, predicted),
		predicted: predicted && {
			windowMs: predicted.windowMs,
			wayBackMs: predicted.wayBackMs,
			restart: predicted.restart,
			doubtful: predicted.doubtful,
		},
		deletes,
	};
}
