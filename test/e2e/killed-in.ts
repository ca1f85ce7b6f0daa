import { setTimeout as sleep } from "node:timers/promises";
import { startProgram } from "./program.ts";

/**
 * Runs a command until it says that a step has begun, and kills it then; or so much later (ms), far enough for it to have
 * begun something.
 */
export async function killedIn(
	step: string,
	words: readonly string[],
	{ afterMs = 0 }: { readonly afterMs?: number | undefined } = {},
): Promise<void> {
	const program = await startProgram(words);
	program.stdout.setEncoding("utf8");
	let text = "";
	for await (const chunk of program.stdout) {
		text += String(chunk);
		if (text.includes(`== ${step}:`)) break;
	}
	if (!text.includes(`== ${step}:`))
		throw new Error(`It was never in ${step}: ${text}`);
	if (afterMs > 0) await sleep(afterMs);
	program.child.kill("SIGKILL");
	await program.ended;
}
