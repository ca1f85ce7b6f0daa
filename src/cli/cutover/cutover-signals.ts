import type { Course } from "../../cutover/course/step.ts";
import { Interruption } from "../interruption.ts";

/** How long a second Ctrl-C counts as a confirmation of the first (ms). */
const CONFIRMED_WITHIN_MS = 10_000;

/**
 * What of a cutover comes from outside: a request to end (SIGTERM), or Ctrl-C, which at a terminal has to be confirmed by
 * another one, makes it go back. A lost terminal changes nothing: the steps go on, and write nowhere. Disposing gives the
 * signals back.
 */
export function cutoverSignals(
	warn: (text: string) => void,
	isTerminal: boolean = process.stdin.isTTY,
	from: Course["from"] = "source",
): Disposable & { readonly signal: AbortSignal } {
	const controller = new AbortController();
	const abort = (text: string) => controller.abort(new Interruption(text));
	let lastAt = Number.NEGATIVE_INFINITY;
	const onInterrupt = () => {
		const now = performance.now();
		if (!isTerminal || now - lastAt < CONFIRMED_WITHIN_MS)
			return abort("Interrupted");
		lastAt = now;
		warn(
			`Ctrl-C once more, within 10 s, goes back to the ${from}. It goes on.`,
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
