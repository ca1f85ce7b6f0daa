import type { HooksDescription } from "../description.ts";
import type { Call, FileChange } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { stillToDo } from "./shown-settings.ts";
import { storePlace } from "./store-place.ts";
import type { SwitchMark } from "./switch-mark.ts";

/** Commands, and what is noted before the first and after the last. */
export interface CommandPlan {
	readonly lines: readonly string[];
	/** The place of the objects, where it changes: no file, but what there is to see. */
	readonly files?: readonly FileChange[] | undefined;
	readonly notes?: readonly string[] | undefined;
	readonly before?: ((call?: Call) => Promise<void>) | undefined;
	readonly after?: ((call?: Call) => Promise<void>) | undefined;
}

/** The commands for these settings. Throws a `RegistryError` (`refused`) when none is described. */
export function planChange(
	description: HooksDescription,
	{
		settings,
		shown,
		mark,
	}: {
		readonly settings: Settings;
		/** `undefined`: it is not known. */
		readonly shown: EffectiveSettings | undefined;
		readonly mark: SwitchMark;
	},
): CommandPlan {
	const { name, readOnly, readWrite } = description;
	const todo = stillToDo(settings, shown);
	const { storage, readOnly: asked, onlineGarbageCollection } = todo;
	if (onlineGarbageCollection !== undefined)
		throw new RegistryError(
			"refused",
			`Cannot ${onlineGarbageCollection ? "start" : "stop"} the online garbage collection of ${name}: there is no command for it`,
			{
				suggestions: [
					"Do it yourself, and have showConfiguration show it (gc.disabled).",
				],
			},
		);
	const isSwitch = storage !== undefined;
	const switches = isSwitch ? [requireSwitch(description)] : [];
	if (isSwitch) requireSwitchBack(description);
	return {
		lines: [
			...switches,
			...(asked === undefined ? [] : [asked ? readOnly : readWrite]),
		],
		notes: isSwitch
			? [
					"What the storage is switched to is in the operator's command; it is not known here.",
				]
			: [],
		files: isSwitch
			? [placeChange(name, shown, storePlace(storage) ?? "")]
			: [],
		before: isSwitch
			? (call) => mark.set(placeOf(shown), undefined, call)
			: undefined,
	};
}

/** The place of the objects before and after, as a change that can be shown. */
export function placeChange(
	name: string,
	shown: EffectiveSettings | undefined,
	after: string,
): FileChange {
	const before = shown && storePlace(shown.storage);
	return {
		path: `storage of ${name}`,
		before: before && `${before}\n`,
		after: `${after === "" ? "as before" : after}\n`,
	};
}

/** The place that is shown; "": it is not known. */
export function placeOf(shown: EffectiveSettings | undefined): string {
	return shown ? (storePlace(shown.storage) ?? "") : "";
}

/** The command that switches the storage. Throws a `RegistryError` (`refused`) where none is described; so does the next. */
export function requireSwitch({
	name,
	switch: line,
}: HooksDescription): string {
	if (line !== undefined) return line;
	throw new RegistryError(
		"refused",
		`Cannot switch the storage of ${name}: no command for it is described`,
		{ suggestions: ["Describe it: switch, and switchBack, which undoes it."] },
	);
}

/** The command that switches it back. */
export function requireSwitchBack({
	name,
	switchBack,
}: HooksDescription): string {
	if (switchBack !== undefined) return switchBack;
	throw new RegistryError(
		"refused",
		`There is no way back from a switch of the storage of ${name}: no command for it is described`,
		{ suggestions: ["Describe it: switchBack, which undoes switch."] },
	);
}
