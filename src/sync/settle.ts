/** Waits for all of them, also when one fails, so that nothing goes on behind the caller's back. */
export async function settle(
	promises: readonly Promise<void>[],
): Promise<void> {
	for (const outcome of await Promise.allSettled(promises)) {
		if (outcome.status === "rejected") throw outcome.reason;
	}
}
