import type { Hooks } from "../../cutover/announce.ts";
import { shellWords } from "../../registry/host/shell-words.ts";
import type { CutoverHooks } from "../registry/registry-file.ts";

/** What the flags say of commands for people. */
export interface HookWishes {
	readonly "at-window-open": string | undefined;
	readonly "at-window-closed": string | undefined;
}

/** The commands, as shell lines: a flag counts more than the registry file. */
export function hooksOf(wishes: HookWishes, file: CutoverHooks): Hooks {
	return {
		atWindowOpen: wishes["at-window-open"] ?? lineOf(file.atWindowOpen),
		atWindowClosed: wishes["at-window-closed"] ?? lineOf(file.atWindowClosed),
	};
}

/** A list of words is run with exactly these. */
function lineOf(
	command: string | readonly string[] | undefined,
): string | undefined {
	if (command === undefined || typeof command === "string") return command;
	return shellWords(command);
}
