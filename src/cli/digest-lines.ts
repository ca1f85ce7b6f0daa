import type { DigestResult } from "../verify/blob-digests.ts";
import type { FindingSummary } from "../verify/finding.ts";
import { formatBytes, formatObjects, printable } from "./format.ts";
import { UsageError } from "./usage-error.ts";

/** The share that a text like `5%` stands for, from 0 to 1. Throws a `UsageError` for any other. */
export function shareOf(text: string): number {
	const [, percent] = /^(\d{1,3}(?:\.\d{1,3})?)%$/.exec(text) ?? [];
	const share = Number(percent) / 100;
	if (share > 0 && share <= 1) return share;
	throw new UsageError(`--digests cannot be "${text}"`, [
		"Write a percentage of the blobs, such as 5%, or 100% for all of them.",
	]);
}

/** What came out of reading blobs back. */
export function digestLines(result: DigestResult): readonly string[] {
	const { url, blobs, read, corrupt, unknown, isSound } = result;
	const proven =
		read.objects === 0
			? "none of them is of the sample"
			: `${formatObjects(read.objects)} (${formatBytes(read.bytes)}) read back and hashed`;
	return [
		`Blobs at ${url}: ${formatObjects(blobs.objects)}, ${formatBytes(blobs.bytes)}; ${proven}`,
		...findingLines(
			"corrupt blob: its content is not what its name says",
			"corrupt blobs: their content is not what their names say",
			corrupt,
		),
		...findingLines(
			"blob or place that could not be looked at",
			"blobs or places that could not be looked at",
			unknown,
		),
		isSound
			? `Every blob of ${result.share < 1 ? "the sample" : "the registry"} holds what its name says.`
			: corrupt.count > 0
				? "Push the images anew that need these blobs, or put the blobs in place from another copy: a registry gives out what is there, and clients refuse it."
				: "That proves nothing: remove the causes above, or take a larger share, then verify again.",
	].map(printable);
}

function findingLines(
	singular: string,
	plural: string,
	{ count, examples }: FindingSummary,
): readonly string[] {
	if (count === 0) return [];
	return [
		formatObjects(count, singular, plural),
		...examples.map(({ key, target, error }) => {
			const why = error?.message ?? target?.digest;
			return `  ${key}${why === undefined ? "" : `: ${why}`}`;
		}),
		...(count > examples.length
			? [`  and ${formatObjects(count - examples.length, "other")}`]
			: []),
	];
}
