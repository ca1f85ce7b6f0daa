import type { HooksDescription } from "../description.ts";
import { effectiveSettings } from "../distribution/effective-settings.ts";
import { endingOf, lastWords } from "../host/ending.ts";
import type { Host } from "../host/host.ts";
import { printedProcesses, stillRunning } from "../host/processes.ts";
import { runLine } from "../host/run-line.ts";
import { maskedCommand, maskedText } from "../masking/mask.ts";
import type { Call, Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { withoutCutover } from "../without-cutover.ts";

/** How long one of the operator's commands may take at most (ms): who switches a registry allows for less. */
const COMMAND_TIMEOUT_MS = 24 * 60 * 60_000;

/** A node that is changed by its operator's own commands, of which all that is known is how they end. */
export function hooksNode(
	description: HooksDescription,
	host: Host,
): RegistryNode {
	const { name, url, processes } = description;
	const followed = (lines: readonly string[], notes: readonly string[]) =>
		change(name, host, followUp(description, lines), notes);
	return {
		name,
		host,
		url,
		settings: (call) => shownSettings(description, host, call),
		change: async (settings) =>
			followed(linesFor(description, settings), notesFor(settings)),
		undo: async () => followed([description.readWrite], []),
		...withoutCutover("hooks"),
		instances: async (call) =>
			processes === undefined
				? undefined
				: await printedProcesses(host, processes, call),
		remaining: (instances, call) => stillRunning(host, instances, call),
	};
}

/** What the operator's command prints; `undefined` without one. */
async function shownSettings(
	{ name, showConfiguration }: HooksDescription,
	host: Host,
	call: Call | undefined,
): Promise<EffectiveSettings | undefined> {
	if (showConfiguration === undefined) return undefined;
	const { code, stdout, stderr } = await host.run(
		["sh", "-c", showConfiguration],
		{ signal: call?.signal },
	);
	requireSuccess(name, host, showConfiguration, code, stderr);
	return effectiveSettings(
		stdout.toString(),
		{},
		maskedCommand(showConfiguration),
	);
}

/** The commands for these settings. Throws a `RegistryError` (`refused`) when none is described. */
function linesFor(
	{ name, readOnly, readWrite, switch: switchLine }: HooksDescription,
	settings: Settings,
): readonly string[] {
	if (settings.storage !== undefined && switchLine === undefined)
		throw new RegistryError(
			"refused",
			`Cannot switch the storage of ${name}: no command for it is described`,
			{
				suggestions: ["Describe it: switch, and switchBack, which undoes it."],
			},
		);
	return [
		...(settings.storage !== undefined && switchLine !== undefined
			? [switchLine]
			: []),
		...(settings.readOnly === undefined
			? []
			: [settings.readOnly ? readOnly : readWrite]),
	];
}

function notesFor({ storage }: Settings): readonly string[] {
	return storage === undefined
		? []
		: [
				"What the storage is switched to is in the operator's command; it is not known here.",
			];
}

/** What is run after each change: it has to be effective, and the node well, before the next node is touched. */
function followUp(
	{ restart, drain, health }: HooksDescription,
	lines: readonly string[],
): readonly string[] {
	if (lines.length === 0) return [];
	return [...lines, restart, drain, health].filter(
		(line) => line !== undefined,
	);
}

function change(
	name: string,
	host: Host,
	commands: readonly string[],
	notes: readonly string[],
): Change {
	return {
		files: [],
		commands: commands.map(maskedCommand),
		notes,
		write: async () => {},
		async activate({ signal }: Call = {}) {
			for (const line of commands) await carryOut(name, host, line, signal);
		},
	};
}

async function carryOut(
	name: string,
	host: Host,
	line: string,
	signal: AbortSignal | undefined,
): Promise<void> {
	const { code, said } = await runLine(host, line, {
		signal,
		timeoutMs: COMMAND_TIMEOUT_MS,
	});
	requireSuccess(name, host, line, code, said);
}

/** Throws a `RegistryError` (`failed`). What a command says may hold what it was given, or shows (I7). */
function requireSuccess(
	name: string,
	host: Host,
	line: string,
	code: number | undefined,
	said: string,
): void {
	if (code === 0) return;
	throw new RegistryError(
		"failed",
		`The command "${maskedCommand(line)}" of ${name} on ${host.name} ${endingOf(code)}${lastWords(maskedText(said))}`,
	);
}
