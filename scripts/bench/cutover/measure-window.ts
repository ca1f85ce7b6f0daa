import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

/** What one step took. */
interface TimedStep {
	readonly step: string;
	readonly ms: number;
}

/** A cutover, as it was seen from outside. */
export interface TimedCutover {
	/** In their order, from the first to the last. */
	readonly steps: readonly TimedStep[];
	/** From the step that makes the registry read-only to the end of the one that makes it writable (ms). */
	readonly windowMs: number;
	/** What the program itself says that it took, beside what it had expected. */
	readonly told: string;
}

/** The first and the last step of the window. */
const OPENS = "read-only";
const CLOSES = "read-write";

/** Runs a cutover, times its steps by the lines that tell of them, and acts when the window is opened. */
export async function measureWindow(
	command: readonly [program: string, ...words: string[]],
	environment: NodeJS.ProcessEnv,
	{
		signal,
		onOpened,
	}: { readonly signal: AbortSignal; readonly onOpened: () => void },
): Promise<TimedCutover> {
	const [program, ...words] = command;
	const child = spawn(program, words, {
		env: environment,
		stdio: ["ignore", "pipe", "pipe"],
		signal,
	});
	// What ends it is told by the signal.
	child.on("error", () => {});
	const ended = once(child, "close").catch(() => [undefined]);
	const complaint = text(child.stderr);
	const began: { step: string; at: number }[] = [];
	let told = "";
	for await (const line of createInterface(child.stdout)) {
		if (line.startsWith("Pushes were refused for ")) told = line;
		const step = /^== ([^:]+):/.exec(line)?.[1];
		if (step === undefined) continue;
		began.push({ step, at: performance.now() });
		if (step === OPENS) onOpened();
	}
	const last = performance.now();
	const [exitCode] = await ended;
	signal.throwIfAborted();
	if (exitCode !== 0)
		throw new Error(`It ended with ${exitCode}: ${await complaint}`);
	const steps = began.map(({ step, at }, index) => ({
		step,
		ms: (began[index + 1]?.at ?? last) - at,
	}));
	const opening = steps.findIndex(({ step }) => step === OPENS);
	const closing = steps.findIndex(({ step }) => step === CLOSES);
	const window = steps.slice(opening, closing + 1);
	const windowMs = window.reduce((sum, { ms }) => sum + ms, 0);
	return { steps, windowMs, told };
}
