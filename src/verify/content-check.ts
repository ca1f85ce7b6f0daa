import { canHashMd5 } from "../store/md5.ts";
import { type Check, causeOf, extra } from "./check.ts";
import { foundOf, hashObject } from "./read.ts";
import type { Verification } from "./verification.ts";

/** Lock files, and whatever else lies in a registry's storage, are compared by content of any length. */
export const contentCheck: Check = {
	fromListings({ source, target }) {
		if (source.size !== target.size) return "examine";
		const isProven =
			source.size === 0 ||
			(source.md5 !== undefined && source.md5 === target.md5);
		return isProven ? "same" : "read";
	},

	async isSame(verification, { key, source, target }) {
		const isOneKnown =
			(source.md5 === undefined) !== (target.md5 === undefined);
		if (isOneKnown && canHashMd5()) {
			const unread =
				source.md5 === undefined ? verification.source : verification.target;
			const md5 = await hashObject(unread, key, "md5", verification.signal);
			if (md5 === (source.md5 ?? target.md5)) return true;
		}
		const [left, right] = await digests(verification, key);
		return left === right;
	},

	async examine(verification, { key, source, target }) {
		if (source === undefined) return extra(key, target);
		const cause = causeOf(verification, source);
		if (target === undefined)
			return { kind: "missing", cause, key, source: foundOf(source) };
		if (source.size !== target.size) {
			return {
				kind: "different",
				cause,
				key,
				source: foundOf(source),
				target: foundOf(target),
			};
		}
		const [theirs, ours] = await digests(verification, key);
		if (theirs === ours) return undefined;
		return {
			kind: "different",
			cause,
			key,
			source: foundOf(source, theirs),
			target: foundOf(target, ours),
		};
	},
};

async function digests(
	{ source, target, signal }: Verification,
	key: string,
): Promise<[source: string, target: string]> {
	return [
		`sha256:${await hashObject(source, key, "sha256", signal)}`,
		`sha256:${await hashObject(target, key, "sha256", signal)}`,
	];
}
