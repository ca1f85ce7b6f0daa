/**
 * Waits (ms). When cancelled, rejects with the signal's reason, as everything here does, and not with an error of
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
		const timer = setTimeout(() => {
			signal?.removeEventListener("abort", cancel);
			resolve();
		}, ms);
		signal?.addEventListener("abort", cancel, { once: true });
	});
}
