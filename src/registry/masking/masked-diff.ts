import { structuredPatch } from "diff";
import type { FileChange } from "../node.ts";
import { MASK, maskedLines } from "./mask.ts";

export interface MaskedDiffOptions {
	/** Texts that are secrets wherever they stand, beside those that are found; default none. */
	readonly secrets?: readonly string[] | undefined;
	/** Unchanged lines that are shown around those that change; default 3. */
	readonly context?: number | undefined;
}

/**
 * The changes as `diff -u` shows them, without secrets (I7): "***" stands for each. A line of which only the secret
 * changes is shown as changed. "" where nothing does.
 */
export function maskedDiff(
	changes: readonly FileChange[],
	{ secrets = [], context = 3 }: MaskedDiffOptions = {},
): string {
	const texts = changes.flatMap(({ path, before = "", after = "" }) =>
		[before, after].map((text) => ({ text, isRuby: path.endsWith(".rb") })),
	);
	// Of all of them together: what one file names as a secret may stand in another.
	const masked = maskedLines(texts, secrets);
	return changes
		.map((change, index) =>
			diffOf(
				change,
				masked[2 * index] ?? [],
				masked[2 * index + 1] ?? [],
				context,
			),
		)
		.join("");
}

function diffOf(
	{ path, before, after }: FileChange,
	maskedBefore: readonly string[],
	maskedAfter: readonly string[],
	context: number,
): string {
	const { hunks } = structuredPatch(
		path,
		path,
		before ?? "",
		after ?? "",
		"",
		"",
		{
			context,
		},
	);
	if (hunks.length === 0) return "";
	const lines = [
		`--- ${before === undefined ? "/dev/null" : path}`,
		`+++ ${after === undefined ? "/dev/null" : path}`,
	];
	for (const { oldStart, oldLines, newStart, newLines, lines: own } of hunks) {
		lines.push(
			`@@ -${span(oldStart, oldLines)} +${span(newStart, newLines)} @@`,
		);
		let old = oldStart - 1;
		let now = newStart - 1;
		for (const line of own) {
			const kind = line.charAt(0);
			if (kind === "\\") lines.push(line);
			else if (kind === "-") lines.push(`-${maskedBefore[old++] ?? ""}`);
			else if (kind === "+") lines.push(`+${maskedAfter[now++] ?? ""}`);
			else
				lines.push(
					` ${unchanged(line.slice(1), maskedBefore[old++] ?? "", maskedAfter[now++] ?? "")}`,
				);
		}
	}
	return `${lines.join("\n")}\n`;
}

/** An empty part is said to be after the line before it. Source: POSIX, `diff`, "Diff -u Output Format". */
function span(start: number, count: number): string {
	return `${count === 0 ? start - 1 : start},${count}`;
}

/** A line that is the same on both sides; what is a secret on one of them is one on both. */
function unchanged(line: string, before: string, after: string): string {
	if (before === after || after === line) return before;
	if (before === line) return after;
	return line.replace(/\S.*/, MASK);
}
