/** Longest time that a timer knows (ms): beyond it, Node's fire at once. */
export const LONGEST_MS = 2 ** 31 - 1;

/**
 * Waits (ms), for 24 days at most. When cancelled, rejects with the signal's reason, as everything here does, and not with an error of
 * Node's own, as `node:timers/promises` does.
 */
export function wait(
	ms: number,
	signal: AbortSignal | undefined,
): Promise<void> {
	return new Promise((resolve, reject) => {
		signal?.throwIfAborted();
		const cancel = () => {
			clearTimeout(timer);
			reject(signal?.reason);
		};
		const timer = setTimeout(
			() => {
				signal?.removeEventListener("abort", cancel);
				resolve();
			},
			Math.min(ms, LONGEST_MS),
		);
		signal?.addEventListener("abort", cancel, { once: true });
	});
}
