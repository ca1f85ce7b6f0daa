import { kindOf } from "../layout/paths.ts";
import { decideObject } from "./decide-object.ts";
import { listTarget } from "./list-target.ts";
import type { PassContext } from "./pass-context.ts";
import { readSource } from "./read-source.ts";
import { together } from "./together.ts";

/**
 * Reads the source, and lists the target unless the index knows it: at the same time where both wait for servers. Then
 * decisions need what the other side is still being asked for, so none is made: all of the source waits to be copied. When
 * both are known, what the target has is decided on. What each side notes of an object does not touch what the other
 * does, so that it does not matter which comes first. A source that is a directory keeps this thread busy, and is read
 * after the target.
 *
 * `wasUnproven`: whether the target is known to have blobs that no pass has put there; `undefined`: if it has any.
 */
export async function readBoth(
	given: Omit<PassContext, "isUnproven" | "isTargetKnown">,
	wasUnproven: boolean | undefined,
): Promise<PassContext> {
	let hasBlobs = false;
	const list = async (signal: AbortSignal | undefined) => {
		hasBlobs = await listTarget({ ...given, signal });
	};
	const contextNow = (): PassContext => ({
		...given,
		isTargetKnown: true,
		isUnproven: wasUnproven ?? hasBlobs,
	});
	if (given.trustsIndex || !given.source.can.waits) {
		if (!given.trustsIndex) await list(given.signal);
		const context = contextNow();
		await readSource(context);
		return context;
	}
	const early = { ...given, isTargetKnown: false, isUnproven: true };
	const read = (signal: AbortSignal) => readSource({ ...early, signal });
	await together([list, read], given.signal);
	const context = contextNow();
	decideOnTarget(context);
	return context;
}

/** Decides on what waits to be copied, and is at the target. */
function decideOnTarget(context: PassContext): void {
	for (const { key, size, content, version } of context.index.undecided()) {
		const meta = { key, size, version };
		decideObject(context, { meta, kind: kindOf(key), content });
	}
}
