import type { HooksDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import { printedProcesses, stillRunning } from "../host/processes.ts";
import { maskedCommand } from "../masking/mask.ts";
import { meanwhileOf } from "../meanwhile.ts";
import type { Call, Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings } from "../settings.ts";
import { carryOut } from "./carry-out.ts";
import {
	type CommandPlan,
	placeChange,
	placeOf,
	planChange,
	requireSwitch,
	requireSwitchBack,
} from "./command-plan.ts";
import { isAt, shownSettings } from "./shown-settings.ts";
import { switchMark } from "./switch-mark.ts";

/**
 * A node that is changed by its operator's own commands, of which all that is known is how they end, and what it shows of
 * its configuration, where that is described.
 */
export function hooksNode(
	description: HooksDescription,
	host: Host,
): RegistryNode {
	const { name, url, processes, readOnly, readWrite } = description;
	const mark = switchMark(host, { name, url });
	const followed = (plan: CommandPlan) =>
		change(name, host, {
			...plan,
			lines: followUp(description, plan.lines),
		});
	return {
		name,
		host,
		url,
		settings: (call) => shownSettings(description, host, call),
		async change(settings, call) {
			// Otherwise a command that is safe to repeat costs less than a look that may fail.
			const shown =
				settings.storage === undefined
					? undefined
					: await shownSettings(description, host, call);
			return followed(planChange(description, { settings, shown, mark }));
		},
		async undo(call) {
			const isRestoring = (await mark.read(RESTORING, call)) !== undefined;
			const isSwitched = (await mark.read(undefined, call)) !== undefined;
			return followed({
				lines: [
					...(isRestoring ? [requireSwitch(description)] : []),
					...(isSwitched ? [requireSwitchBack(description)] : []),
					readWrite,
				],
				async after(later) {
					await mark.clear(RESTORING, later);
					await mark.clear(undefined, later);
				},
			});
		},
		accept: (id, call) => mark.accept(id, call),
		async restore(id, options, call) {
			const from = await mark.read(id, call);
			if (from === undefined)
				throw new RegistryError(
					"not-found",
					`It is not noted on ${host.name} that the storage of ${name} was switched under the name ${id}`,
				);
			const shown = await shownSettings(description, host, call);
			const isBack = shown !== undefined && isAt(shown, from);
			const isClosed = isBack && options.readOnly && shown.readOnly;
			const meanwhile = meanwhileOf(options);
			return followed({
				lines: [
					...(isBack ? [] : [requireSwitchBack(description)]),
					...(isClosed ? [] : [options.readOnly ? readOnly : readWrite]),
				],
				files: isBack ? [] : [placeChange(name, shown, from)],
				// From here on undo is to switch it again.
				before:
					meanwhile && ((later) => mark.set(placeOf(shown), RESTORING, later)),
				async after(later) {
					if (meanwhile?.onlineGarbageCollection === false)
						requirePaused(name, await shownSettings(description, host, later));
					if (meanwhile !== undefined) return;
					await mark.clear(RESTORING, later);
					await mark.clear(undefined, later);
					// Until then, the way is known.
					await mark.clear(id, later);
				},
			});
		},
		instances: async (call) =>
			processes === undefined
				? undefined
				: await printedProcesses(host, processes, call),
		remaining: (instances, call) => stillRunning(host, instances, call),
	};
}

/** Throws a `RegistryError` (`failed`) unless it is shown to keep to `PAUSED`, which no command of the operator's does. */
function requirePaused(
	name: string,
	shown: EffectiveSettings | undefined,
): void {
	if (shown?.database === "on" && !shown.onlineGarbageCollection) return;
	throw new RegistryError(
		"failed",
		`${name} was switched back, and what is shown of its configuration does not say that its database is pinned (database.enabled: true) and its online garbage collection stopped (gc.disabled: true)`,
		{
			suggestions: [
				"Have switchBack leave both as they are, and run the same command again.",
			],
		},
	);
}

/** Under which it is noted that a node is being restored: no id of a cutover. */
const RESTORING = "restoring";

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
	{ lines, files = [], notes = [], before, after }: CommandPlan,
): Change {
	return {
		files,
		commands: lines.map(maskedCommand),
		notes,
		write: async (call) => await before?.(call),
		async activate(call: Call = {}) {
			for (const line of lines) await carryOut(name, host, line, call.signal);
			await after?.(call);
		},
	};
}
