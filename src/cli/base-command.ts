import { Command } from "@oclif/core";
import { exitCodeOf, suggestionsOf } from "./exit-codes.ts";

/** What all commands share: exit codes, and errors as JSON under `--json`. */
export abstract class BaseCommand extends Command {
	static override readonly enableJsonFlag = true;

	/** oclif would choose other exit codes, and print the whole configuration on a wrong argument. */
	protected override async catch(error: Error): Promise<void> {
		if (!this.jsonEnabled()) throw error;
		process.exitCode = exitCodeOf(error);
		this.logJson(this.toErrorJson(error));
	}

	protected override toErrorJson(error: unknown): unknown {
		const message = error instanceof Error ? error.message : String(error);
		const code =
			error instanceof Error && "code" in error ? error.code : undefined;
		return {
			error: {
				message,
				code,
				suggestions: suggestionsOf(error),
				exitCode: exitCodeOf(error),
			},
		};
	}
}
