import { randomBytes } from "node:crypto";
import { exclusionOf } from "../layout/exclusion.ts";
import { BLOBS_PREFIX, VERSION_PREFIX } from "../layout/paths.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { firstPage } from "./first-page.ts";
import { endOf } from "./seen-range.ts";

/** What an index knows the target to have, between two keys (both exclusive), in key order. */
export type KnownTarget = (
	after: string,
	before: string,
) => Iterable<{ readonly key: string; readonly size: number }>;

/**
 * Looks at two pages of the target, the first and a random one, whether they are what the index says. So an index is
 * not trusted whose target was emptied, or restored to an earlier state, by somebody who left the marker in place.
 */
export async function isAsKnown(
	target: ObjectStore,
	known: KnownTarget,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const somewhere = `${BLOBS_PREFIX}sha256/${randomBytes(1).toString("hex")}`;
	const pages = [VERSION_PREFIX, somewhere].map((after) =>
		isPageKnown(target, known, after, signal),
	);
	return (await Promise.all(pages)).every((isKnown) => isKnown);
}

async function isPageKnown(
	target: ObjectStore,
	known: KnownTarget,
	startAfter: string,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const prefix = VERSION_PREFIX;
	const { objects } = await firstPage(target, { prefix, startAfter, signal });
	const last = objects.at(-1)?.key;
	// Without objects there is nothing up to the end.
	const before = last === undefined ? endOf(prefix) : `${last}\0`;
	const rows = known(startAfter, before)[Symbol.iterator]();
	for (const { key, size } of objects) {
		if (exclusionOf(key) !== undefined) continue;
		const row = rows.next().value;
		if (row?.key !== key || (row.size >= 0 && row.size !== size)) return false;
	}
	return rows.next().done === true;
}
