import { plannedIn } from "../../cutover/before/planned-deletes.ts";
import { begin } from "../../cutover/course/begin.ts";
import { seeJournal } from "../../cutover/course/journal-file.ts";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import { runSteps } from "../../cutover/course/machine.ts";
import type { CutoverEvent } from "../../cutover/course/machine-event.ts";
import { CutoverError } from "../../cutover/cutover-error.ts";
import { targetDestination } from "../../cutover/destination.ts";
import { dryRunActuators } from "../../cutover/dry-run.ts";
import { realActuators } from "../../cutover/real-actuators.ts";
import {
	refuseAfterCutover,
	refuseDuringRollback,
} from "../../cutover/rollback/decide-rollback.ts";
import { CUTOVER, STEPS } from "../../cutover/steps.ts";
import type { CutoverWorld, WorldEvent } from "../../cutover/world.ts";
import { confirmed, isAnybodyThere } from "../confirmation.ts";
import { durationOf } from "../duration.ts";
import { Interruption } from "../interruption.ts";
import { operatorName, requireSomebody } from "../registry/readonly-flags.ts";
import type { SwitchWishes } from "../registry/readonly-switch.ts";
import { openRegistry } from "../registry/registry-session.ts";
import type { Said } from "../said.ts";
import { indexPath, stateDirectory } from "../state-directory.ts";
import { openStores } from "../stores.ts";
import { hooksOf } from "./cutover-hooks.ts";
import {
	cutoverLine,
	type Expected,
	resultLines,
	windowText,
} from "./cutover-lines.ts";
import { rehearseForCutover } from "./cutover-rehearsal.ts";
import {
	nodesOf,
	placesOf,
	requireCutoverKind,
	type SettingsWishes,
	targetSettings,
	turnOf,
} from "./cutover-world.ts";
import { databaseNotes } from "./database-notes.ts";
import { keepEvents } from "./kept-events.ts";
import { onMarkedNodes } from "./marked-nodes.ts";
import { holdRegistry, indexFor, migrationPaths } from "./migration-files.ts";
import { measuredSteps } from "./prediction-lines.ts";
import { pullsReport } from "./pulls-lines.ts";
import { reportLines } from "./report.ts";
import { restartEstimate } from "./restart-estimate.ts";

/** What the flags of `cutover` say. */
export interface CutoverWishes extends SwitchWishes, SettingsWishes {
	readonly "until-stable": string;
	readonly "max-window": string | undefined;
	readonly rehearse: boolean;
	readonly verify: boolean;
	readonly "max-delete": number | undefined;
	readonly "accept-damage": boolean;
	readonly "shared-redis": boolean;
	readonly fence: boolean;
	readonly "at-window-open": string | undefined;
	readonly "at-window-closed": string | undefined;
	readonly "test-repository": string | undefined;
	readonly "database-backup-made": boolean;
}

/** Where it is shown, and what ends it. */
export interface CutoverOutput {
	/** What the command line said. */
	readonly said: Said;
	readonly say: (line: string) => void;
	readonly signal: AbortSignal;
}

/**
 * Cuts a registry over, or goes on where another process has stopped; with `turnBack` (a clause) it goes back. Resolves with
 * what `--json` prints.
 */
export async function cutOver(
	named: { readonly source: string; readonly target: string },
	wishes: CutoverWishes,
	{ said, say, signal }: CutoverOutput,
	turnBack?: string,
): Promise<object> {
	const isDryRun = wishes["dry-run"];
	requireSomebody(wishes.yes || isDryRun || isAnybodyThere(), "cutover");
	const maxWindow = wishes["max-window"];
	const maxWindowMs =
		maxWindow === undefined ? undefined : durationOf("max-window", maxWindow);
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
		signal,
	);
	const { source, target } = stores;
	const paths = migrationPaths(session, state);
	const ends = { source: source.identity, target: target.identity };
	using held = holdRegistry(paths, paths.cutover, isDryRun, () => {
		const rollback = seeJournal(paths.rollback);
		refuseDuringRollback(rollback);
		const cutover = seeJournal(paths.cutover);
		refuseAfterCutover({ cutover, rollback }, ends, paths.cutover);
	});
	const { keeper, journal } = held;
	const operator = operatorName(process.env);
	const begun = begin(journal, { operator, ...ends });
	using kept = await keepEvents(paths, isDryRun, {
		...{ course: "cutover", begun, operator, said, session },
		...{ source, target, say, signal },
	});
	let expected: Expected = {};
	let pulls: Extract<WorldEvent, { type: "pulls" }> | undefined;
	const observe = (event: CutoverEvent | WorldEvent) => {
		if (event.type === "predicted")
			expected = { ...expected, predicted: event };
		if (event.type === "deletes-planned")
			expected = { ...expected, deletes: event };
		if (event.type === "pulls") pulls = event;
		const line = cutoverLine(event);
		kept.keep(event, line);
		if (line !== undefined) say(line);
	};
	const settings = await targetSettings(named.target, session, wishes, signal);
	const database = databaseNotes(journal, wishes, operatorName(process.env));
	const world: CutoverWorld = {
		nodes: nodesOf(session, settings, (event) => kept.keep(event)),
		...{ source, target, settings, course: CUTOVER },
		destination: targetDestination(settings, database, begun.id),
		pass: {
			indexPath: indexFor(indexPath(state, source, target), isDryRun),
			metadata: { configured: stores.sourceDatabase },
		},
		basePath: paths.base,
		turn: turnOf(session, keeper, wishes, (line) => {
			kept.keep({ type: "turn" }, line);
			say(line);
		}),
		id: begun.id,
		repository: session.described.access.repository,
		testRepository: wishes["test-repository"],
		database,
		acceptsDamage: wishes["accept-damage"],
		passWithinMs: durationOf("until-stable", wishes["until-stable"]),
		maxWindowMs,
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
		deletePlanPath: paths.deletes,
		maxDeletes: wishes["max-delete"],
		isSharedRedis: wishes["shared-redis"],
		hooks: hooksOf(wishes, session.described.cutover),
		fencePath: wishes.fence ? paths.fence : undefined,
		async approve(signal) {
			if (wishes.yes) return true;
			const text = windowText(STEPS, session.nodes.length, {
				...expected,
				// Another process may have caught up.
				deletes: expected.deletes ?? plannedIn(paths.deletes),
			});
			const never = new AbortController().signal;
			return await confirmed(text, "Open the window?", signal ?? never);
		},
		observe,
	};
	const actuators = isDryRun
		? dryRunActuators(world, (sentence) => say(`   ${sentence}`))
		: realActuators(world);
	const places = isDryRun ? [] : placesOf(session);
	const marking = {
		...{ begun, journal, path: paths.cutover, signal },
		note: (text: string) => observe({ type: "note", text }),
	};
	const result = await onMarkedNodes(places, marking, () =>
		runSteps(STEPS, actuators, journal, {
			...{ course: CUTOVER, observe, signal, maxWindowMs, turnBack },
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
			...resultLines(result, { target: target.url }, expected.predicted),
			...reportLines(paths),
		])
			say(line);
	return {
		...report(result, isDryRun, begun, expected),
		...pullsReport(pulls),
	};
}

function report(
	result: CutoverResult,
	isDryRun: boolean,
	{ id, operator }: BegunRecord,
	{ predicted, deletes }: Expected,
): object {
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

/** What was interrupted and brought back is an interruption, and no failure. */
export function interruptedCleanly(error: unknown): unknown {
	if (!(error instanceof CutoverError) || error.code !== "rolled-back")
		return error;
	const { cause, message } = error;
	return cause instanceof Interruption
		? new Interruption(cause.message, [`${message}.`])
		: error;
}
