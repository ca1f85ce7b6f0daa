import { Command } from "@oclif/core";
import { asksForJson } from "./command-line.ts";
import { formatJson } from "./format.ts";
import { Progress, type Standing } from "./progress.ts";

/** What all commands share: `--json`, and how progress is shown. */
export abstract class BaseCommand extends Command {
	static override readonly enableJsonFlag = true;

	override jsonEnabled(): boolean {
		return asksForJson(this.argv);
	}

	/** Not through `console`, as oclif does it: that hides when the output cannot be written. */
	override log(line = ""): void {
		if (!this.jsonEnabled()) process.stdout.write(`${line}\n`);
	}

	override logToStderr(line = ""): void {
		if (!this.jsonEnabled()) process.stderr.write(`${line}\n`);
	}

	override logJson(json: unknown): void {
		process.stdout.write(`${formatJson(json)}\n`);
	}

	/** oclif would print JSON itself, and choose other exit codes: `runProgram` reports every error. */
	protected override async catch(error: Error): Promise<void> {
		throw error;
	}

	/** Shows how far the command is, if that is wanted; under `--json` only to somebody who watches. */
	protected showProgress(
		standing: () => Standing,
		flags: { readonly progress: boolean },
	): Progress {
		const progress = new Progress(standing);
		const isWatched = process.stderr.isTTY || !this.jsonEnabled();
		if (flags.progress && isWatched) progress.start();
		return progress;
	}
}
