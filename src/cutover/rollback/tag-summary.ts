import { copyRank } from "../../layout/order.ts";
import type { BaseFile } from "../../sync/base-file.ts";
import { seenTags } from "../../sync/seen-tags.ts";
import { type TagChange, tagChanges } from "./tag-changes.ts";

/** Most tags that are kept by name: more are counted only (I8). */
const MAX_NAMED = 10_000;

/** What has become of tags at the target. */
export interface TagSummary {
	readonly pushed: number;
	readonly moved: number;
	readonly deleted: number;
	/** The moved and the deleted ones, by name. */
	readonly named: readonly TagChange[];
}

/** Adds up what has become of the tags since the base, as the last pass back has seen them. */
export function summarizeTags(base: BaseFile, indexPath: string): TagSummary {
	let [pushed, moved, deleted] = [0, 0, 0];
	const named: TagChange[] = [];
	const before = base.shared(copyRank("current"));
	for (const change of tagChanges(before, seenTags(indexPath))) {
		if (change.from === undefined) {
			pushed++;
			continue;
		}
		if (change.to === undefined) deleted++;
		else moved++;
		if (named.length < MAX_NAMED) named.push(change);
	}
	return { pushed, moved, deleted, named };
}
