import { existsSync } from "node:fs";
import { begin } from "../../cutover/course/begin.ts";
import { messageOf } from "../../cutover/course/failure.ts";
import { JournalFile, seeJournal } from "../../cutover/course/journal-file.ts";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import { runSteps } from "../../cutover/course/machine.ts";
import type { CutoverEvent } from "../../cutover/course/machine-event.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import { backPass } from "../../cutover/rollback/back-pass.ts";
import { rollbackId } from "../../cutover/rollback/decide-rollback.ts";
import { notingWrites } from "../../cutover/rollback/noting-writes.ts";
import { rollbackActuators } from "../../cutover/rollback/rollback-actuators.ts";
import { dryRunOfRollback } from "../../cutover/rollback/rollback-dry-run.ts";
import {
	ROLLBACK,
	ROLLBACK_STEPS,
} from "../../cutover/rollback/rollback-steps.ts";
import type { RollbackWorld } from "../../cutover/rollback/rollback-world.ts";
import { sourceDestination } from "../../cutover/rollback/source-destination.ts";
import type { TagSummary } from "../../cutover/rollback/tag-summary.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import { dropMark } from "../../registry/kept-file/cutover-mark.ts";
import { BaseFile } from "../../sync/base-file.ts";
import { writeReversedIndex } from "../../sync/reversed-index.ts";
import { confirmed } from "../confirmation.ts";
import { durationOf } from "../duration.ts";
import { formatDuration } from "../format.ts";
import { operatorName } from "../registry/readonly-flags.ts";
import type { RegistrySession } from "../registry/registry-session.ts";
import { indexPath } from "../state-directory.ts";
import { openStores } from "../stores.ts";
import {
	type CutoverOutput,
	type CutoverWishes,
	interruptedCleanly,
} from "./cutover.ts";
import { hooksOf } from "./cutover-hooks.ts";
import { cutoverLine, type Expected, windowText } from "./cutover-lines.ts";
import { nodesOf, placesOf, turnOf } from "./cutover-world.ts";
import { keepEvents } from "./kept-events.ts";
import { markOf, onMarkedNodes } from "./marked-nodes.ts";
import { holdRegistry, type MigrationPaths } from "./migration-files.ts";
import { pullsReport } from "./pulls-lines.ts";
import { reportLines } from "./report.ts";
import { rolledBackLines } from "./rollback-lines.ts";

/** The stores as they were named for the cutover. */
export interface Named {
	readonly source: string;
	readonly target: string;
}

/** A cutover that is rolled back after its point of no return, and where its registry is kept. */
export interface Merged {
	readonly session: RegistrySession;
	readonly state: string;
	readonly paths: MigrationPaths;
	readonly cutover: BegunRecord;
	readonly isHalfWay: boolean;
}

/**
 * Brings a registry back with all that was done since its cutover, or goes on where another process has stopped. Resolves with
 * what `--json` prints.
 */
export async function rollBackMerging(
	named: Named,
	wishes: CutoverWishes,
	{ said, say, signal }: CutoverOutput,
	{ session, state, paths, cutover, isHalfWay }: Merged,
): Promise<object> {
	const isDryRun = wishes["dry-run"];
	const maxWindow = wishes["max-window"];
	const maxWindowMs =
		maxWindow === undefined ? undefined : durationOf("max-window", maxWindow);
	await using stores = await openStores(
		{
			...{ source: named.target, target: named.source },
			ifNoTarget: "Is the old source mounted?",
			isTargetWritten: !isDryRun,
			stateDirectory: state,
		},
		signal,
	);
	const { source, target: oldSource } = stores;
	if (
		cutover.source !== oldSource.identity ||
		cutover.target !== source.identity
	)
		throw refusal(
			`its cutover was another one, from ${cutover.source} to ${cutover.target}`,
			["Name source and target as for the cutover."],
		);
	// Before anything is begun: without it nothing can be.
	using base = openBase(paths.base, cutover);
	using held = holdRegistry(paths, paths.rollback, isDryRun);
	const { keeper, journal } = held;
	const operator = operatorName(process.env);
	const begun = begin(journal, {
		operator,
		source: source.identity,
		target: oldSource.identity,
		id: rollbackId(cutover),
	});
	const back = indexPath(state, source, oldSource);
	using kept = await keepEvents(paths, isDryRun, {
		...{ course: "rollback", begun, operator, said, session },
		...{ source, target: oldSource, say, signal },
	});
	let expected: Expected = {};
	let tags: TagSummary | undefined;
	let pulls: Extract<WorldEvent, { type: "pulls" }> | undefined;
	const observe = (event: CutoverEvent | WorldEvent) => {
		if (event.type === "deletes-planned")
			expected = { ...expected, deletes: event };
		if (event.type === "tags") ({ tags } = event);
		if (event.type === "pulls") pulls = event;
		const line = cutoverLine(event, ROLLBACK);
		kept.keep(event, line);
		if (line !== undefined) say(line);
	};
	const world: RollbackWorld = {
		course: ROLLBACK,
		destination: sourceDestination(cutover.id),
		nodes: nodesOf(session, {}, (event) => kept.keep(event)),
		...{ source, oldSource, base, cutoverId: cutover.id },
		target: notingWrites(oldSource, base),
		pass: {
			...backPass(base, back),
			metadata: { configured: stores.sourceDatabase },
		},
		renewIndex: () => writeReversedIndex(base, back),
		async takeOver(call) {
			if (!isHalfWay) return;
			for (const node of session.nodes) await node.accept(cutover.id, call);
			keeper.remove();
		},
		endCutover: () => endCutover(paths.cutover, isHalfWay),
		fencePath: wishes.fence ? paths.fence : undefined,
		unfencePath: paths.fence,
		turn: turnOf(session, keeper, wishes, (line) => {
			kept.keep({ type: "turn" }, line);
			say(line);
		}),
		id: begun.id,
		repository: session.described.access.repository,
		testRepository: wishes["test-repository"],
		// It is so in what the registry serves, and was so before the cutover or came since.
		acceptsDamage: true,
		passWithinMs: durationOf("until-stable", wishes["until-stable"]),
		// A registry with a metadata database is refused.
		database: {
			read: () => undefined,
			write() {},
			acknowledge: async () => undefined,
		},
		maxWindowMs,
		restart: { ms: 0, from: "assumed" },
		// Its configuration of before has served.
		rehearse: undefined,
		// What the passes back have copied was proven on its way.
		isVerifiedLive: false,
		deletePlanPath: paths.deletesBack,
		maxDeletes: wishes["max-delete"],
		isSharedRedis: wishes["shared-redis"],
		hooks: hooksOf(wishes, session.described.cutover),
		async approve(signal) {
			if (wishes.yes) return true;
			const text = windowText(
				ROLLBACK_STEPS,
				session.nodes.length,
				expected,
				ROLLBACK,
			);
			const never = new AbortController().signal;
			return await confirmed(text, "Open the window?", signal ?? never);
		},
		observe,
	};
	const actuators = isDryRun
		? dryRunOfRollback(world, (sentence) => say(`   ${sentence}`))
		: rollbackActuators(world);
	const places = isDryRun ? [] : placesOf(session);
	const marking = {
		...{ begun, journal, path: paths.rollback, signal },
		note: (text: string) => observe({ type: "note", text }),
	};
	if (isHalfWay)
		for (const place of places)
			await dropMark(place, markOf(cutover, paths.cutover));
	const result = await onMarkedNodes(places, marking, () =>
		runSteps(ROLLBACK_STEPS, actuators, journal, {
			...{ course: ROLLBACK, observe, signal, maxWindowMs },
		}),
	).catch((error: unknown) => {
		kept.keepEnd(error);
		if (!isDryRun) for (const line of reportLines(paths)) say(line);
		throw interruptedCleanly(error);
	});
	kept.keepEnd();
	if (isDryRun) say("Nothing was changed.");
	else
		for (const line of [
			...rolledBackLines(result, { source: oldSource.url }, formatDuration),
			...reportLines(paths),
		])
			say(line);
	return {
		...{ isDryRun, id: begun.id, operator },
		...{ ...result, tags },
		...pullsReport(pulls),
	};
}

/** The base of this cutover. */
function openBase(path: string, { id }: BegunRecord): BaseFile {
	const suggestions = [
		"What was on both sides when the registry went over is needed to tell what was done since. Without it, copy back with sync by hand, while the registry is read-only.",
	];
	if (!existsSync(path) && existsSync(`${path}.retired`))
		throw refusal(
			"its old source was retired, so nothing is left there to go back to",
			[],
		);
	if (!existsSync(path))
		throw refusal(
			`${path} is not there, which its cutover has left`,
			suggestions,
		);
	using opened = new DisposableStack();
	const base = opened.use(readBase(path, suggestions));
	if (base.id !== id)
		throw refusal(`${path} is another cutover's`, suggestions);
	opened.move();
	return base;
}

function readBase(path: string, suggestions: readonly string[]): BaseFile {
	try {
		return new BaseFile(path);
	} catch (error) {
		throw refusal(
			`${path}, which its cutover has left, cannot be read: ${messageOf(error)}`,
			suggestions,
		);
	}
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

/** Of a rollback before anything was begun. The reason is a clause. */
export function refusal(
	reason: string,
	suggestions: readonly string[],
): CutoverError {
	return new CutoverError(
		"refused",
		`The registry cannot be rolled back: ${reason}. Nothing was changed`,
		{ suggestions },
	);
}
