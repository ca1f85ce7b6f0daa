import type { Course } from "../../cutover/course/step.ts";
import { Interruption } from "../interruption.ts";

/** How long a second Ctrl-C counts as a confirmation of the first (ms). */
const CONFIRMED_WITHIN_MS = 10_000;

/** What comes from outside. Disposing gives the signals back. */
export interface CutoverSignals extends Disposable {
	readonly signal: AbortSignal;
	/** Nothing leads back from here: Ctrl-C does nothing any more, and says why. */
	readonly ignoreInterrupts: (why: string) => void;
}

/**
 * What of a cutover comes from outside: a request to end (SIGTERM), or Ctrl-C, which at a terminal has to be confirmed by
 * another one, makes it go back. A lost terminal changes nothing: the steps go on, and write nowhere.
 */
export function cutoverSignals(
	warn: (text: string) => void,
	isTerminal: boolean = process.stdin.isTTY,
	from: Course["from"] = "source",
): CutoverSignals {
	const controller = new AbortController();
	const abort = (text: string) => controller.abort(new Interruption(text));
	let lastAt = Number.NEGATIVE_INFINITY;
	let ignored: string | undefined;
	const onInterrupt = () => {
		if (ignored !== undefined) return warn(`It goes on: ${ignored}.`);
		const now = performance.now();
		if (!isTerminal || now - lastAt < CONFIRMED_WITHIN_MS)
			return abort("Interrupted");
		lastAt = now;
		warn(
			`It goes on. Ctrl-C once more, within 10 s, brings the registry back to the ${from}.`,
		);
	};
	const onEnd = () => abort("Interrupted (SIGTERM)");
	let isLost = false;
	const onHangUp = () => {
		isLost = true;
	};
	process.on("SIGINT", onInterrupt);
	process.on("SIGTERM", onEnd);
	process.on("SIGHUP", onHangUp);
	const outputs = [process.stdout, process.stderr].map((output) => {
		// Those who end the process when nothing can be written any more.
		const listeners = output.listeners("error");
		output.removeAllListeners("error");
		output.on("error", onHangUp);
		return { output, listeners };
	});
	return {
		signal: controller.signal,
		ignoreInterrupts(why) {
			ignored = why;
		},
		[Symbol.dispose]() {
			process.off("SIGINT", onInterrupt);
			process.off("SIGTERM", onEnd);
			process.off("SIGHUP", onHangUp);
			for (const { output, listeners } of outputs) {
				// What was written last may have failed, and be told later: then, too, it changes nothing.
				if (isLost || output.errored !== null) continue;
				output.off("error", onHangUp);
				for (const listener of listeners)
					output.on("error", (error) => listener.call(output, error));
			}
		},
	};
}
