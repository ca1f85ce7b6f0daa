/** What a link holds: a digest; "": something that is none; `undefined`: there is no such link. */
export type LinkContent = string | undefined;

/** What has become of a link in the old source since the registry went over to the target. */
export type SourceVerdict = "same" | "appeared" | "changed" | "gone";

/**
 * Decides whether somebody else has changed a link in the old source. What a rollback may have made of it itself, now or
 * before it was interrupted, is no change.
 *
 * | when it went over | a rollback may have | now                 | verdict  |
 * | ----------------- | ------------------- | ------------------- | -------- |
 * | anything          | -                   | the same            | same     |
 * | anything          | written that        | a digest            | same     |
 * | anything          | deleted it          | no link             | same     |
 * | no link           | not written that    | something           | appeared |
 * | something         | not deleted it      | no link             | gone     |
 * | something         | not written that    | something else      | changed  |
 *
 * Blobs have no say: a push changes links, too, and a blob's name is its content.
 */
export function judgeSource(
	before: LinkContent,
	written: readonly LinkContent[],
	now: LinkContent,
): SourceVerdict {
	if (now === before || written.includes(now)) return "same";
	if (before === undefined) return "appeared";
	return now === undefined ? "gone" : "changed";
}
