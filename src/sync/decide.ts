import type { Kind } from "../layout/paths.ts";

/** What a pass does with an object; `compare` reads the target's content before it decides. */
export type Action = "copy" | "skip" | "compare";

/** What is known of the object at the source … */
export interface AtSource {
	readonly kind: Kind;
	readonly size: number;
	/** MD5 of its content, where it was read (links). */
	readonly md5: string | undefined;
}

/** … and of the one with the same key at the target. */
export interface AtTarget {
	readonly size: number;
	readonly md5: string | undefined;
	/** Of a blob: it was put there by a pass, or has been read and hashed. */
	readonly isProven: boolean;
}

/**
 * Decides from what listings say. Time stamps have no say: a tag that was moved may carry an older one.
 *
 * | target        | blob                            | everything else                         |
 * | ------------- | ------------------------------- | --------------------------------------- |
 * | absent        | copy                            | copy                                    |
 * | another size  | copy                            | copy                                    |
 * | the same size | proven: skip; otherwise compare | same MD5: skip; otherwise compare, since |
 * |               |                                 | unequal MD5s prove nothing (I9)         |
 *
 * A proven blob of the same size is the same: its key is its checksum. One that another tool has put there may be
 * anything (I4).
 */
export function decide(source: AtSource, target: AtTarget | undefined): Action {
	if (target === undefined || target.size !== source.size) return "copy";
	if (source.kind === "blob") return target.isProven ? "skip" : "compare";
	return source.md5 !== undefined && source.md5 === target.md5
		? "skip"
		: "compare";
}
