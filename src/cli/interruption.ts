/** Why a command was ended from outside. */
export class Interruption extends Error {
	override readonly name = "Interruption";
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first Ctrl-C (or request to end, or lost terminal) into an abort, so that the command can stop cleanly;
 * a second one ends the process at once. Disposing gives the signals back.
 */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
	const controller = new AbortController();
	const onSignal = (name: NodeJS.Signals) => {
		if (controller.signal.aborted) process.exit(130);
		controller.abort(
			new Interruption(
				name === "SIGINT" ? "Interrupted" : `Interrupted (${name})`,
			),
		);
	};
	// Whoever read our output has gone (`| head`): nobody learns what happens from here on.
	const onOutputError = (error: Error & { code?: string }) => {
		if (error.code !== "EPIPE") throw error;
		controller.abort(new Interruption("The reader of the output has gone"));
	};
	for (const name of SIGNALS) process.on(name, onSignal);
	process.stdout.on("error", onOutputError);
	return {
		signal: controller.signal,
		[Symbol.dispose]() {
			for (const name of SIGNALS) process.off(name, onSignal);
		},
	};
}
