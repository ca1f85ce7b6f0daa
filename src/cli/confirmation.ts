import { once } from "node:events";
import { createInterface } from "node:readline/promises";
import { columnsOf, wrapped } from "./wrapped.ts";

/** Whether there is a terminal at which somebody could be asked. */
export function isAnybodyThere(): boolean {
	return process.stdin.isTTY && process.stderr.isTTY;
}

/** What Ctrl-C does to a question: it ends the command, as anywhere else, or is a no. */
type OnInterrupt = "end" | "no";

/** Tells something and asks a question about it, on standard error; only a yes is one. */
export async function confirmed(
	text: string,
	question: string,
	signal: AbortSignal,
	onInterrupt: OnInterrupt = "end",
): Promise<boolean> {
	const answer = await answered(
		text,
		`${question} [y/N] `,
		signal,
		onInterrupt,
	);
	return /^y(es)?$/i.test(answer.trim());
}

/** Tells something that cannot be undone; only its name, typed as it is, is a yes. */
export async function typedName(
	text: string,
	name: string,
	signal: AbortSignal,
): Promise<boolean> {
	const question = `Type ${name} to go on: `;
	return (await answered(text, question, signal)).trim() === name;
}

async function answered(
	text: string,
	question: string,
	signal: AbortSignal,
	onInterrupt: OnInterrupt = "end",
): Promise<string> {
	const terminal = createInterface({
		input: process.stdin,
		output: process.stderr,
	});
	// It keeps Ctrl-C to itself otherwise; and at the end of the input it would leave the question open.
	terminal.on("SIGINT", () => {
		if (onInterrupt === "end") return process.kill(process.pid, "SIGINT");
		process.stderr.write("\n");
		return terminal.close();
	});
	process.stderr.write(`${wrapped(text, columnsOf(process.stderr))}\n`);
	const closed = once(terminal, "close").then(() => "");
	try {
		return await Promise.race([
			terminal.question(question, { signal }),
			closed,
		]);
	} catch (error) {
		signal.throwIfAborted();
		throw error;
	} finally {
		terminal.close();
	}
}
