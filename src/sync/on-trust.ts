import type { SyncEvent } from "./events.ts";
import { together } from "./together.ts";

/** What is trusted is not so. */
class Distrust extends Error {
	override readonly name = "Distrust";
}

/**
 * Does what relies on something while that is found out: the source is read by this thread, and the target, which is to be
 * as the index says, is looked at by a server meanwhile. Resolves to `undefined` when it proves not to be so. Then none of
 * the work counts, and none of its facts was told: they are kept until it is known.
 */
export async function onTrust<T>(
	isSo: (signal: AbortSignal) => Promise<boolean>,
	work: (
		signal: AbortSignal,
		observe: (event: SyncEvent) => void,
	) => Promise<T>,
	{
		observe,
		signal,
	}: {
		readonly observe: (event: SyncEvent) => void;
		readonly signal: AbortSignal | undefined;
	},
): Promise<T | undefined> {
	let kept: SyncEvent[] | undefined = [];
	let done: T | undefined;
	const find = async (signal: AbortSignal) => {
		if (!(await isSo(signal))) throw new Distrust();
		for (const event of kept ?? []) observe(event);
		kept = undefined;
	};
	const doWork = async (signal: AbortSignal) => {
		const keep = (event: SyncEvent) =>
			kept === undefined ? observe(event) : kept.push(event);
		done = await work(signal, keep);
	};
	try {
		await together([find, doWork], signal);
	} catch (error) {
		if (error instanceof Distrust) return undefined;
		throw error;
	}
	return done;
}
