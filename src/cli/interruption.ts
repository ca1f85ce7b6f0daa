import { EXIT } from "./exit-codes.ts";

/** Why a command was ended from outside. */
export class Interruption extends Error {
	override readonly name = "Interruption";
	/** What was done until then, and how to go on. */
	readonly suggestions: readonly string[];

	constructor(message: string, suggestions: readonly string[] = []) {
		super(message);
		this.suggestions = suggestions;
	}
}

const SIGNALS = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Turns the first Ctrl-C (or request to end, or lost terminal) into an abort, so that the command can stop cleanly;
 * a second one ends the process at once. Disposing gives the signals back.
 */
export function interruptible(): Disposable & { readonly signal: AbortSignal } {
	const controller = new AbortController();
	const onSignal = (name: NodeJS.Signals) => {
		if (controller.signal.aborted) process.exit(EXIT.interrupted);
		controller.abort(
			new Interruption(
				name === "SIGINT" ? "Interrupted" : `Interrupted (${name})`,
			),
		);
	};
	// Whoever read our output has gone (`| head`): nobody learns what happens from here on.
	const onOutputError = () =>
		controller.abort(new Interruption("The reader of the output has gone"));
	const outputs = [process.stdout, process.stderr];
	for (const name of SIGNALS) process.on(name, onSignal);
	for (const output of outputs) output.on("error", onOutputError);
	return {
		signal: controller.signal,
		[Symbol.dispose]() {
			for (const name of SIGNALS) process.off(name, onSignal);
			for (const output of outputs) output.off("error", onOutputError);
		},
	};
}
