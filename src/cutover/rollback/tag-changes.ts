import { parseKey } from "../../layout/paths.ts";
import { compareKeys } from "../../store/key.ts";

/** A tag that is another one at the target than when the registry went over to it. */
export interface TagChange {
	readonly repository: string;
	readonly tag: string;
	/** The digests that it named then, and names now; `undefined`: there was, or is, no such tag. */
	readonly from: string | undefined;
	readonly to: string | undefined;
}

/** A tag's current link. */
interface TagLink {
	readonly key: string;
	readonly content?: string | undefined;
}

/**
 * What has become of the tags, in the order of their keys, from what there was and what there is, both in that order.
 *
 * | then | now  | change  |
 * | ---- | ---- | ------- |
 * | -    | X    | pushed  |
 * | X    | X    | none    |
 * | X    | Y    | moved   |
 * | X    | -    | deleted |
 */
export function* tagChanges(
	before: Iterable<TagLink>,
	now: Iterable<TagLink>,
): Generator<TagChange, undefined> {
	const [left, right] = [before[Symbol.iterator](), now[Symbol.iterator]()];
	let [then, current] = [left.next().value, right.next().value];
	while (then !== undefined || current !== undefined) {
		const order =
			then === undefined
				? 1
				: current === undefined
					? -1
					: compareKeys(then.key, current.key);
		const [from, to] = [
			order <= 0 ? then?.content : undefined,
			order >= 0 ? current?.content : undefined,
		];
		const parsed = parseKey((order <= 0 ? then?.key : current?.key) ?? "");
		if (from !== to && parsed?.kind === "current")
			yield { repository: parsed.repository, tag: parsed.tag, from, to };
		if (order <= 0) then = left.next().value;
		if (order >= 0) current = right.next().value;
	}
}
