import { parseDigest } from "../layout/digest.ts";
import { blobKey, REPOSITORIES_PREFIX, repositoryOf } from "../layout/paths.ts";
import { type ObjectIndex, State } from "./object-index.ts";

/** Whether a link may be written. */
export type LinkVerdict =
	| { readonly type: "write" }
	/** The source itself lacks the blob: the link is mirrored as it is. */
	| { readonly type: "dangling" }
	/** What it needs may exist in the source and is not at the target (`needs` names it). */
	| { readonly type: "hold-back"; readonly needs: string };

const WRITE: LinkVerdict = { type: "write" };
const DANGLING: LinkVerdict = { type: "dangling" };

/**
 * Decides whether a link can be written without opening a hole in the target (I1). Called when everything of a lower
 * rank has been dealt with.
 *
 * | what the link needs                                  | verdict   |
 * | ---------------------------------------------------- | --------- |
 * | its blob is at the target, or was just copied        | write     |
 * | its blob failed, vanished or was held back           | hold back |
 * | its blob is broken in the source                     | write     |
 * | its blob may lie in a range that could not be read   | hold back |
 * | the source has no such blob                          | dangling  |
 *
 * and, above all but the last row: while something of a lower rank in the same repository is in trouble, hold back. An
 * image's layers are known only to its manifest, so the repository is the smallest thing that can be judged.
 */
export function judgeLink(
	index: ObjectIndex,
	key: string,
	content: string,
	rank: number,
): LinkVerdict {
	const repository = repositoryOf(key);
	if (index.hasTrouble && repository !== undefined) {
		const needs =
			troubleIn(index, repository, rank) ?? troubleAbove(index, key);
		if (needs !== undefined) return { type: "hold-back", needs };
	}
	const digest = parseDigest(content);
	if (digest === undefined) return WRITE;
	const blob = blobKey(digest);
	const known = index.find(blob);
	if (known?.state === State.trouble) return { type: "hold-back", needs: blob };
	if (known !== undefined && (known.isAtSource || known.isAtTarget))
		return WRITE;
	const unread = index.hasTrouble ? troubleAbove(index, blob) : undefined;
	return unread === undefined ? DANGLING : { type: "hold-back", needs: unread };
}

function troubleIn(
	index: ObjectIndex,
	repository: string,
	rank: number,
): string | undefined {
	// From the first section's "_" to the character after it: what is in nested repositories does not count.
	const root = `${REPOSITORIES_PREFIX}${repository}/`;
	return index.firstTrouble(`${root}_`, `${root}\``, rank);
}

/** The unreadable prefix that the key lies in, if any. */
function troubleAbove(index: ObjectIndex, key: string): string | undefined {
	for (
		let slash = key.lastIndexOf("/");
		slash > 0;
		slash = key.lastIndexOf("/", slash - 1)
	) {
		const prefix = key.slice(0, slash + 1);
		if (index.find(prefix)?.state === State.trouble) return prefix;
	}
	return undefined;
}
