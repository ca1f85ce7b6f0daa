import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { HostFile } from "./host-file.ts";
import { keptPlace } from "./kept-place.ts";
import { readHostFile, readHostFiles } from "./read-host-file.ts";
import { decideUndo } from "./undo-decision.ts";

/** A file's texts from which our own keys are undone. Secrets inside (I7). */
export interface UndoTexts {
	readonly current: string;
	/** As we wrote it last. */
	readonly written: string;
	/** As it was before our first change. */
	readonly original: string;
}

/** What is left of a file when our own keys are undone in it. */
export interface UndoneText {
	readonly text: string;
	/** Names of keys that we had changed and somebody else has changed since: they are left as they are. */
	readonly left: readonly string[];
}

/** Undoes our own keys in a file's format, where somebody else has changed the file as well. */
export type UndoKeys = (texts: UndoTexts) => UndoneText | Promise<UndoneText>;

/** The way back of a file, worked out and not yet gone. */
export interface PlannedUndo {
	/** As it is now: what `replaceHostFile` is given. */
	readonly file: HostFile;
	/** As it is to be. */
	readonly text: string;
	/** Whether an original is kept: there is something of ours, or was, until it is forgotten (`forgetOriginal`). */
	readonly isKept: boolean;
	/** See `UndoneText`. Empty: nothing of ours is left then, and the original need not be kept. */
	readonly left: readonly string[];
	/** Whether somebody else has changed the file since, so that only our own keys are undone. */
	readonly isMerged: boolean;
}

/**
 * Works out the way back to what a file was before our first change (`decideUndo`). Changes nothing.
 */
export async function planUndo(
	host: Host,
	path: string,
	undoKeys: UndoKeys,
	call?: Call,
): Promise<PlannedUndo> {
	const file = await readHostFile(host, path, call);
	const place = keptPlace(file.target);
	const [original, written, next, mixed] = await readHostFiles(
		host,
		[place.original, place.written, place.next, place.mixed],
		call,
	);
	const decision = decideUndo({
		current: file.sha256,
		original: original?.sha256,
		written: written?.sha256,
		next: next?.sha256,
		isMixed: mixed !== undefined,
	});
	const plan = { file, isKept: original !== undefined, isMerged: false };
	if (original === undefined || decision === "nothing")
		return { ...plan, text: file.text, left: [] };
	if (decision === "original")
		return { ...plan, text: original.text, left: [] };
	const ours = next ?? written;
	const undone = await undoKeys({
		current: file.text,
		// Without a note of what we wrote, nothing was written.
		written: ours?.text ?? original.text,
		original: original.text,
	});
	return { ...plan, ...undone, isMerged: true };
}

/**
 * Removes what is kept of a file, when all is undone and in force, or when there is to be no way back. Safe to repeat.
 * Rejects with a `RegistryError` (`failed`).
 */
export async function forgetOriginal(
	host: Host,
	{ target }: HostFile,
	{ signal }: Call = {},
): Promise<void> {
	const { folder } = keptPlace(target);
	// The folder around it goes with the last file.
	const script = 'rm -rf "$1" && { rmdir "$(dirname "$1")" 2>/dev/null || :; }';
	const { code, stderr } = await host.run(["sh", "-c", script, "sh", folder], {
		signal,
	});
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`Cannot remove ${folder} on ${host.name}: ${stderr.trim()}`,
		);
}
