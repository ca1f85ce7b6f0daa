import { createHash } from "node:crypto";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { acceptedPlace } from "./kept-place.ts";
import { readHostFiles } from "./read-host-file.ts";
import { type PlannedUndo, planUndo, type UndoKeys } from "./undo.ts";
import { decideUndo } from "./undo-decision.ts";

/** The way back of a file to what was put aside, worked out and not yet gone. */
export interface PlannedRestore
	extends Pick<PlannedUndo, "file" | "text" | "isMerged"> {
	/** The file as it was accepted. */
	readonly accepted: string;
}

/**
 * Works out the way back to what a file was before all that was accepted under a name (`acceptFile`). First, in thought,
 * all that we have changed since is undone (`planUndo`); by what that gives, it is decided as for an undo: the accepted
 * file becomes the original byte for byte, and in any other, which somebody else has changed, only our own keys go back.
 * So it is the same at each step of the way back, and when it was gone already. Changes nothing.
 *
 * Rejects with a `RegistryError`: `not-found` where nothing is kept under that name, `changed` where somebody else has
 * changed what is ours.
 */
export async function planRestore(
	host: Host,
	path: string,
	name: string,
	undoKeys: UndoKeys,
	call?: Call,
): Promise<PlannedRestore> {
	const undone = await planUndo(host, path, undoKeys, call);
	const { file } = undone;
	const place = acceptedPlace(file.target, name);
	const [original, accepted, mixed] = await readHostFiles(
		host,
		[place.original, place.accepted, place.mixed],
		call,
	);
	if (original === undefined || accepted === undefined)
		throw new RegistryError(
			"not-found",
			`Cannot bring ${path} on ${host.name} back to what it was before it was changed: nothing of that is kept in ${place.folder}. Nothing was changed`,
			{
				suggestions: [
					"Configure the registry's storage there by hand, or put that folder back from a backup.",
				],
			},
		);
	const decision = decideUndo({
		current: createHash("sha256").update(undone.text).digest("hex"),
		original: original.sha256,
		written: accepted.sha256,
		next: undefined,
		isMixed: mixed !== undefined,
	});
	const { text, left } =
		decision === "own-keys"
			? await undoKeys({
					current: undone.text,
					written: accepted.text,
					original: original.text,
				})
			: { text: original.text, left: [] };
	const changed = [...new Set([...undone.left, ...left])];
	if (changed.length > 0)
		throw new RegistryError(
			"changed",
			`Cannot bring ${path} on ${host.name} back to what it was: ${changed.join(", ")}, which regmigrate had set, ${changed.length === 1 ? "was" : "were"} changed by somebody else since. Nothing was changed`,
			{
				suggestions: [
					`See why: the registry may be on yet another storage by now. ${place.accepted} is the file as regmigrate left it; with that there again, run the same command again.`,
				],
			},
		);
	return {
		...{ file, text, accepted: accepted.text },
		isMerged: decision === "own-keys",
	};
}
