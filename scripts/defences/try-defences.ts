import type { Defence } from "./defence.ts";
import { runTests } from "./test-run.ts";
import { typeCheck } from "./type-check.ts";
import { type Verdict, verdictWith, verdictWithout } from "./verdict.ts";
import { WorkingCopy } from "./working-copy.ts";

/** How long the tests of a defence may take, and those of all together (ms). */
const ONE_MS = 4 * 60_000;
const ALL_MS = 20 * 60_000;

/** A defence that was tried. */
export interface Tried {
	readonly defence: Defence;
	readonly verdict: Verdict;
	/** How long that took. */
	readonly ms: number;
}

/** What trying them needs. */
export interface TryOptions {
	/** Of the repository. */
	readonly root: string;
	readonly signal: AbortSignal;
	/** Told what is done, as a sentence. */
	readonly say: (sentence: string) => void;
}

/**
 * Tries defences: their tests pass, in a copy of the working tree; then one after the other is removed there, and its test has
 * to fail. Gives each as soon as it is tried. Rejects when it is cancelled.
 */
export async function* tryDefences(
	defences: readonly Defence[],
	{ root, signal, say }: TryOptions,
): AsyncGenerator<Tried> {
	using copy = new WorkingCopy(root);
	say("The program is compiled without each of them.");
	const complaints = await typeCheck(copy, defences, signal);
	say("All of their tests are run with the whole program.");
	const before = await runTests(copy, defences, { withinMs: ALL_MS, signal });
	for (const broken of before.broken) say(broken);
	for (const defence of defences) {
		const began = performance.now();
		let verdict = verdictWith(defence, before, complaints.get(defence.name));
		if (verdict === undefined) {
			using _ = copy.remove(defence.removed);
			const options = { withinMs: ONE_MS, signal };
			const after = await runTests(copy, [defence], options);
			verdict = verdictWithout(defence, after);
		}
		yield { defence, verdict, ms: performance.now() - began };
	}
}
