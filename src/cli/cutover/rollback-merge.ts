import { JournalFile, seeJournal } from "../../cutover/course/journal-file.ts";
import { backPass } from "../../cutover/rollback/back-pass.ts";
import {
	type MergeDecision,
	rollbackId,
} from "../../cutover/rollback/decide-rollback.ts";
import { notingWrites } from "../../cutover/rollback/noting-writes.ts";
import { rollbackActuators } from "../../cutover/rollback/rollback-actuators.ts";
import { dryRunOfRollback } from "../../cutover/rollback/rollback-dry-run.ts";
import { ROLLBACK_STEPS } from "../../cutover/rollback/rollback-steps.ts";
import type { RollbackWorld } from "../../cutover/rollback/rollback-world.ts";
import { sourceDestination } from "../../cutover/rollback/source-destination.ts";
import type { BaseFile } from "../../sync/base-file.ts";
import { writeReversedIndex } from "../../sync/reversed-index.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { indexPath } from "../state-directory.ts";
import { type OpenStores, openStores } from "../stores.ts";
import { baseOf } from "./base-files.ts";
import type {
	CourseOutput,
	CourseWishes,
	NamedStores,
} from "./course-wishes.ts";
import { courseWorld } from "./course-world.ts";
import { type HeldCourse, holdCourse } from "./held-course.ts";
import type { MigrationPaths } from "./migration-files.ts";
import { pullsReport } from "./pulls-lines.ts";
import { restartEstimate } from "./restart-estimate.ts";
import { openBase } from "./rollback-base.ts";
import { rolledBackLines } from "./rollback-lines.ts";
import { refusal } from "./rollback-refusal.ts";
import { runCourse } from "./run-course.ts";

/** A cutover that is rolled back after its point of no return, and where its registry is kept. */
export interface Merged {
	readonly session: RegistrySession;
	readonly state: string;
	readonly paths: MigrationPaths;
	readonly decision: MergeDecision;
}

/**
 * Brings a registry back with all that was done since its cutover, or goes on where another process has stopped. Resolves with
 * what `--json` prints.
 */
export async function rollBackMerging(
	named: NamedStores,
	wishes: CourseWishes,
	output: CourseOutput,
	merged: Merged,
): Promise<object> {
	const { session, state, paths, decision } = merged;
	const { cutover, isHalfWay } = decision;
	const isDryRun = wishes["dry-run"];
	const { say, signal } = output;
	await using stores = await openStores(
		{
			...{ source: named.target, target: named.source },
			ifNoTarget: "Is the old source mounted?",
			isTargetWritten: !isDryRun,
			stateDirectory: state,
		},
		signal,
	);
	const { source, target } = stores;
	if (cutover.source !== target.identity || cutover.target !== source.identity)
		throw refusal(
			`its cutover was another one, from ${cutover.source} to ${cutover.target}`,
			["Name source and target as for the cutover."],
		);
	// Before anything is begun: without it nothing can be.
	using base = openBase(baseOf(paths, cutover), cutover, isDryRun);
	using held = await holdCourse(
		{ name: "rollback", session, paths, wishes, output, source, target },
		{ id: rollbackId(cutover) },
	);
	const world = rollbackWorld(held, merged, stores, base);
	await using scope = new AsyncDisposableStack();
	const actuators = isDryRun
		? dryRunOfRollback(world, (sentence) => say(`   ${sentence}`))
		: rollbackActuators(world, scope);
	const { told, begun, operator } = held;
	const result = await runCourse(held, ROLLBACK_STEPS, actuators, {
		takenOver: isHalfWay ? cutover : undefined,
		resultLines: (done) =>
			rolledBackLines(done, { source: target.url }, told.expected.predicted),
	});
	return {
		...{ isDryRun, id: begun.id, operator },
		...{ ...result, tags: told.tags },
		...pullsReport(told.pulls),
	};
}

function rollbackWorld(
	held: HeldCourse,
	{ session, state, paths, decision }: Merged,
	{ source, target: oldSource, sourceDatabase }: OpenStores,
	base: BaseFile,
): RollbackWorld {
	const { cutover, isHalfWay, isConfirmed, database } = decision;
	const back = indexPath(state, source, oldSource);
	// The id is the same for each attempt.
	const attempt = Date.parse(held.begun.at).toString(36);
	return {
		...courseWorld(held, {}, paths.deletesBack),
		...{ oldSource, base, cutoverId: cutover.id },
		target: notingWrites(oldSource, base),
		destination: sourceDestination(
			cutover.id,
			database !== undefined,
			oldSource.url,
		),
		pass: {
			...backPass(base, back),
			metadata: { configured: sourceDatabase },
		},
		renewIndex: () => writeReversedIndex(base, back),
		async takeOver(call) {
			if (!isHalfWay) return;
			for (const node of session.nodes) await node.accept(cutover.id, call);
			held.keeper.remove();
		},
		endCutover: () => endCutover(paths.cutover, isHalfWay),
		unfencePath: paths.fence,
		// It is so in what the registry serves, and was so before the cutover or came since.
		acceptsDamage: true,
		// It stays as it is, and has to be what the cutover has found.
		database: {
			read: () => database,
			write() {},
			acknowledge: async () => undefined,
		},
		hasWitnesses: !isConfirmed,
		witnessId: isConfirmed ? `${held.begun.id}-${attempt}` : cutover.id,
		restart: restartEstimate(
			paths.cutover,
			session.described.description.kind,
			session.nodes.length,
		),
		// Its configuration of before has served.
		rehearse: undefined,
		// What the passes back have copied was proven on its way.
		isVerifiedLive: false,
	};
}

/** A cutover that was left half-way has ended: it must not go on when its registry is back. */
function endCutover(path: string, isHalfWay: boolean): void {
	if (!isHalfWay || seeJournal(path)?.at(-1)?.type === "ended") return;
	using journal = new JournalFile(path);
	journal.append({
		type: "ended",
		outcome: "done",
		at: new Date().toISOString(),
	});
}
