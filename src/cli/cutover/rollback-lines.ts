import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import type { TagChange } from "../../cutover/rollback/tag-changes.ts";
import type { TagSummary } from "../../cutover/rollback/tag-summary.ts";
import { formatObjects, printable } from "../format.ts";
import { measuredLines, type Predicted } from "./prediction-lines.ts";

/** Tags that are named on a terminal. */
const NAMED = 40;

/** What has become of tags since the cutover: how many, and the moved and deleted ones by name. */
export function tagLines({
	pushed,
	moved,
	deleted,
	named,
}: TagSummary): readonly string[] {
	const shown = named.slice(0, NAMED);
	const others = moved + deleted - shown.length;
	return [
		`   since the cutover: ${formatObjects(pushed, "tag")} pushed, ${moved} moved, ${deleted} deleted`,
		...shown.map(tagLine),
		...(others > 0 ? [`   and ${others} more, moved or deleted`] : []),
	];
}

function tagLine({ repository, tag, from, to }: TagChange): string {
	const name = printable(`${repository}:${tag}`);
	return to === undefined
		? `   deleted: ${name}, which named ${from}`
		: `   moved: ${name}, from ${from} to ${to}`;
}

/** What a rollback came to. */
export function rolledBackLines(
	result: CutoverResult,
	{ source }: { readonly source: string },
	predicted: Predicted | undefined,
): readonly string[] {
	return [
		`The registry is on ${source} again, and takes writes.`,
		...measuredLines(result, predicted),
	];
}
