import { ReadOnlyError } from "../../registry/read-only/read-only-error.ts";
import {
	openRecordFile,
	seeRecord,
} from "../../registry/read-only/record-file.ts";
import type { NodePlan, TurnOptions } from "../../registry/read-only/turn.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { wait } from "../../store/wait.ts";
import { confirmed, isAnybodyThere } from "../confirmation.ts";
import { migrationPaths } from "../cutover/migration-files.ts";
import { refuseWhileUnfinished } from "../cutover/unfinished-migration.ts";
import { Interruption, interruptible } from "../interruption.ts";
import { stateDirectory } from "../state-directory.ts";
import {
	operatorName,
	requireSomebody,
	switchTimes,
} from "./readonly-flags.ts";
import { eventLine, planJson, planLines } from "./readonly-view.ts";
import type { RegistryWishes } from "./registry-flags.ts";
import { openRegistry, type RegistrySession } from "./registry-session.ts";
import { seenKeeper } from "./seen-keeper.ts";

/** What the flags of a command that switches a registry say. */
export interface SwitchWishes extends RegistryWishes {
	readonly "dry-run": boolean;
	readonly yes: boolean;
	readonly timeout: string;
	readonly "command-timeout": string;
	readonly "drain-timeout"?: string | undefined;
	readonly "accept-pending": boolean;
	readonly "state-directory": string | undefined;
}

/** How a command switches a registry, and says what it does. */
export interface Switch<Result> {
	/** The command, for messages: `readonly on`. */
	readonly command: string;
	readonly question: string;
	readonly drainMs: number;
	/** On standard output. */
	readonly say: (line: string) => void;
	readonly turn: (
		nodes: RegistrySession["nodes"],
		options: TurnOptions,
	) => Promise<Result | undefined>;
	readonly lines: (result: Result) => readonly string[];
}

/** Switches the registry that the flags mean, asks before and says what happens. Resolves with what `--json` prints. */
export async function switchRegistry<Result extends object>(
	wishes: SwitchWishes,
	{ command, question, drainMs, say, turn, lines }: Switch<Result>,
): Promise<object> {
	const times = switchTimes(wishes);
	const isDryRun = wishes["dry-run"];
	const isSure = wishes.yes || isDryRun;
	requireSomebody(isSure || isAnybodyThere(), command);
	using interruption = interruptible();
	const { signal } = interruption;
	await using session = await openRegistry(wishes, {
		acceptPending: wishes["accept-pending"],
	});
	const paths = migrationPaths(
		session,
		stateDirectory(wishes["state-directory"], process.env, process.getuid?.()),
	);
	using keeper = isDryRun
		? seenKeeper(seeRecord(paths.record).record)
		: openRecordFile(paths.record);
	refuseWhileUnfinished(command, paths);
	let plans: readonly NodePlan[] = [];
	const result = await turn(session.nodes, {
		...times,
		...{ keeper, drainMs, signal },
		probe: session.probe,
		operator: operatorName(process.env),
		async approve(planned) {
			plans = planned;
			if (isDryRun) return false;
			const hasWork = planned.some(({ change }) => change !== undefined);
			for (const line of planLines(planned)) say(line);
			return isSure || !hasWork || (await confirmed("", question, signal));
		},
		observe(event) {
			const line = eventLine(event);
			if (line !== undefined) say(line);
		},
		clock: { now: () => performance.now(), wait },
	}).catch((error: unknown) => {
		throw interruptedCleanly(error);
	});
	if (result !== undefined) {
		for (const line of lines(result)) say(line);
		return result;
	}
	if (!isDryRun)
		throw new RegistryError(
			"refused",
			`${command} was not approved. Nothing was changed`,
		);
	for (const line of planLines(plans)) say(line);
	say("Nothing was changed.");
	return planJson(plans);
}

/** What was interrupted and put back is an interruption, and no failure. */
export function interruptedCleanly(error: unknown): unknown {
	if (!(error instanceof ReadOnlyError) || error.code !== "rolled-back")
		return error;
	const { cause, message } = error;
	return cause instanceof Interruption
		? new Interruption(cause.message, [`${message}.`])
		: error;
}
