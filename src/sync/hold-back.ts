import { parseDigest } from "../layout/digest.ts";
import { copyRank } from "../layout/order.ts";
import { blobKey, formatKey, repositoryOf } from "../layout/paths.ts";
import type { ObjectIndex } from "./object-index.ts";
import { State } from "./object-state.ts";

/** Whether a link may be written. */
export type LinkVerdict =
	| { readonly type: "write" }
	/** Neither side was listed to have its blob: if the source, asked again, lacks it, the link is mirrored as it is. */
	| { readonly type: "dangling"; readonly needs: string }
	/** An entry of a tag's history that dangles as its manifest's revision does, which tells it. Mirrored as it is. */
	| { readonly type: "repeated"; readonly needs: string }
	/** An entry of a tag's history that dangles, of a manifest that the repository has not any more. Mirrored as it is. */
	| { readonly type: "leftover"; readonly needs: string }
	/** A tag whose repository was listed without its manifest: it moved on since it was read, or dangles. */
	| { readonly type: "outdated"; readonly needs: string }
	/** What it needs may exist in the source and is not at the target (`needs` names it). */
	| { readonly type: "hold-back"; readonly needs: string };

const WRITE = { type: "write" } as const;

/**
 * Decides whether a link can be written without opening a hole in the target (I1). Called when everything of a lower
 * rank has been dealt with.
 *
 * | what the link needs                                               | verdict   |
 * | ----------------------------------------------------------------- | --------- |
 * | everything of a lower rank in its repository is in place, or      |           |
 * | broken in the source, and its blob                                |           |
 * | - is at the target, or was just copied                            | write     |
 * | - is broken in the source                                         | write     |
 * | - failed or vanished                                              | hold back |
 * | - could not be looked at, or may lie in a range that could not be | hold back |
 * | - is on neither side's list                                       | dangling  |
 * | - is on neither side's list, the link is an entry of a tag's      |           |
 * |   history, and its manifest's revision                            |           |
 * |   - is on the source's list, where it is told                     | repeated  |
 * |   - is not: it was deleted, and garbage collected                 | leftover  |
 * | something of a lower rank in its repository is in trouble         | hold back |
 * | its repository lies in a range that could not be looked at        | hold back |
 * | it is a tag, its blob allows it, and its manifest's revision      |           |
 * | - is on the source's list                                         | write     |
 * | - is not: it was deleted after the tag was read, or long before   | outdated  |
 *
 * An image's layers are known only to its manifest, so the repository is the smallest thing that can be judged.
 *
 * No registry serves anything by the entries of a tag's history. A manifest that is deleted by the API leaves them
 * behind, and garbage collection then deletes only those of manifests that still have a revision; who lists a history
 * passes over what has none. Source: registry/storage/{tagstore,linkedblobstore,vacuum,garbagecollect}.go of
 * distribution/distribution 2.8.3 and 3.1.1, and of GitLab's 4.32.
 */
export function judgeLink(
	index: ObjectIndex,
	key: string,
	content: string,
	rank: number,
): LinkVerdict {
	if (index.trouble.hasAny) {
		const repository = repositoryOf(key);
		const needs =
			repository === undefined
				? undefined
				: index.trouble.below(repository, rank);
		if (needs !== undefined) return { type: "hold-back", needs };
	}
	const verdict = judgeBlob(index, content);
	if (verdict.type === "write" && rank === copyRank("current"))
		return judgeRevision(index, key, content);
	if (verdict.type !== "dangling" || rank !== copyRank("index")) return verdict;
	const hasRevision = judgeRevision(index, key, content).type === "write";
	return { ...verdict, type: hasRevision ? "repeated" : "leftover" };
}

/** The last rows of the table: decides on a tag by the revision of its manifest. */
export function judgeRevision(
	index: ObjectIndex,
	key: string,
	content: string,
): Extract<LinkVerdict, { type: "write" | "outdated" }> {
	const repository = repositoryOf(key);
	const digest = parseDigest(content);
	if (repository === undefined || digest === undefined) return WRITE;
	const revision = formatKey({ kind: "revision", repository, digest });
	return index.find(revision)?.isAtSource
		? WRITE
		: { type: "outdated", needs: revision };
}

function judgeBlob(index: ObjectIndex, content: string): LinkVerdict {
	const digest = parseDigest(content);
	if (digest === undefined) return WRITE;
	const blob = blobKey(digest);
	const known = index.find(blob);
	// What the target has under this name was proven when it was put there, whatever has become of the source's.
	if (known?.isAtTarget && !known.isAtSource) return WRITE;
	if (known?.state === State.trouble) return { type: "hold-back", needs: blob };
	if (known?.isAtSource) return WRITE;
	const unknown = index.trouble.unknownAbove(blob);
	return unknown === undefined
		? { type: "dangling", needs: blob }
		: { type: "hold-back", needs: unknown };
}

/**
 * Notes trouble with the links that are the same on both sides, but whose blob is not at the target. They are not
 * copied, and so not judged; but what needs them must wait (I1). Called when all blobs have been dealt with.
 */
export function spreadTrouble(index: ObjectIndex): void {
	if (!index.trouble.hasAny) return;
	for (const { key, rank, content } of index.sameLinks()) {
		if (judgeBlob(index, content).type === "hold-back")
			index.trouble.mark(key, rank, State.trouble);
	}
}
