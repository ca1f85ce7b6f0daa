const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

const cleanups = new Set<() => void>();

/**
 * Has the clean-up run when this process ends before its work is done: on exit, on an uncaught error, and on a
 * signal that nobody else handles. Answers a function that calls it off. The last one given runs first.
 */
export function atEnd(cleanUp: () => void): () => void {
	if (cleanups.size === 0) listen();
	cleanups.add(cleanUp);
	return () => {
		cleanups.delete(cleanUp);
		if (cleanups.size === 0) stopListening();
	};
}

function listen(): void {
	process.on("exit", runAll);
	for (const signal of SIGNALS) process.on(signal, endBySignal);
}

function stopListening(): void {
	process.off("exit", runAll);
	for (const signal of SIGNALS) process.off(signal, endBySignal);
}

function endBySignal(signal: NodeJS.Signals): void {
	// Who handles it too may still need the servers, and ends with an exit.
	if (process.listenerCount(signal) > 1) return;
	runAll();
	stopListening();
	process.kill(process.pid, signal);
}

function runAll(): void {
	for (const cleanUp of [...cleanups].reverse()) cleanUp();
	cleanups.clear();
}
