import { setTimeout as sleep } from "node:timers/promises";
import type { RunningProgram } from "../support/program.ts";

/** A program that runs, and all that it has said until now. */
export class Told {
	readonly program: RunningProgram;
	text = "";

	constructor(program: RunningProgram) {
		this.program = program;
		program.stdout.setEncoding("utf8");
		program.stdout.on("data", (chunk: string) => {
			this.text += chunk;
		});
	}

	/** Waits until it has said that. */
	async said(words: string): Promise<void> {
		await this.#until(() => this.text.includes(words), words);
	}

	/** Waits until it has said something like that. */
	async matched(pattern: RegExp): Promise<void> {
		await this.#until(() => pattern.test(this.text), String(pattern));
	}

	async #until(isSaid: () => boolean, what: string): Promise<void> {
		while (!isSaid()) {
			const { exitCode, signalCode } = this.program.child;
			if (exitCode !== null || signalCode !== null)
				throw new Error(`It never said ${what}: ${this.text}`);
			await sleep(5);
		}
	}
}
