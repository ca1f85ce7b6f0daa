import type { VerificationNote } from "../../verify/verification-notes.ts";

/** What a target was found to be since a registry was cut over to it; `unsound`: blobs are corrupt, or cannot be read. */
export type SeenSince = "never" | "sound" | "unsound";

/** Least share of the blobs that a target is believed by: what is left to people after a cutover says it, too. */
const LEAST_SHARE = 0.05;

/**
 * Reads what is noted, from the last note back; the first that says something counts. A registry in use has more than its old
 * source, and other tags: that it differs says nothing against it.
 *
 * | the note                                                        | says    |
 * | --------------------------------------------------------------- | ------- |
 * | begun before the cutover had ended                              | nothing |
 * | blobs are corrupt, or could not be looked at                    | unsound |
 * | at least 5 % of the blobs were read, and one at least           | sound   |
 * | all is the same as in the source of the cutover                 | sound   |
 * | something differs from a source, or fewer blobs were read       | nothing |
 */
export function seenSince(
	notes: readonly VerificationNote[],
	{ source, endedAt }: { readonly source: string; readonly endedAt: number },
): SeenSince {
	for (const note of notes.toReversed()) {
		const { digests } = note;
		if (Date.parse(note.beganAt) < endedAt) continue;
		if (digests !== undefined && digests.findings > 0) return "unsound";
		if (
			digests !== undefined &&
			digests.share >= LEAST_SHARE &&
			digests.read > 0
		)
			return "sound";
		if (note.isEqual === true && note.source === source) return "sound";
	}
	return "never";
}
