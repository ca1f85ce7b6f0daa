import type { LeftUpload } from "../../store/upload-log.ts";
import { formatObjects, printable } from "../format.ts";

/** What to say of uploads that are still at the target, incomplete: nothing when there are none. */
export function leftUploadLines(
	left: readonly LeftUpload[],
): readonly string[] {
	if (left.length === 0) return [];
	return [
		`Incomplete at the target: ${formatObjects(left.length, "large upload")}, seen by nobody, and paid for.`,
		...left.map(({ address, begunAt, reason }) => {
			const began = new Date(begunAt).toISOString();
			return `  ${printable(address)}, begun at ${began}: ${printable(reason)}`;
		}),
		"  What is not gone on with, a lifecycle rule of the bucket ends (AbortIncompleteMultipartUpload).",
	];
}
