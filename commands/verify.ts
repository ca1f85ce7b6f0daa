import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { EXIT, EXIT_CODES_HELP } from "../src/cli/exit-codes.ts";
import { interruptible } from "../src/cli/interruption.ts";
import { Progress } from "../src/cli/progress.ts";
import { openStores, STORE_ARGUMENTS } from "../src/cli/stores.ts";
import { VerifyView } from "../src/cli/verify-view.ts";
import { verify } from "../src/verify/verify.ts";

export class Verify extends BaseCommand {
	static override readonly summary =
		"Prove that a target holds what the registry in a source holds";
	static override readonly description = [
		"Lists both and compares every key, every size and the content of every link; tells what is missing, extra, different, corrupt or unknown, and whether the migration did it or the source was broken already. Writes nothing, and trusts nothing that sync has noted.",
		"With --counts it compares only how many objects there are, as GitLab's documentation describes it; half-finished uploads are not counted.",
		`EXIT CODES\n${EXIT_CODES_HELP}`,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --counts",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --json > report.json",
	];

	static override readonly args = STORE_ARGUMENTS;

	static override readonly flags = {
		counts: Flags.boolean({
			description: "compare only the numbers of objects",
		}),
		concurrency: Flags.integer({
			default: 32,
			min: 1,
			max: 1024,
			description: "objects looked at at a time",
		}),
		progress: Flags.boolean({
			default: true,
			allowNo: true,
			description: "show progress on standard error",
		}),
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(Verify);
		using interruption = interruptible();
		const { signal } = interruption;
		await using stores = await openStores(args, signal);
		const view = new VerifyView((line) => this.log(line));
		using progress =
			flags.progress && !this.jsonEnabled()
				? new Progress(() => view.standing)
				: undefined;
		const result = await verify(stores.source, stores.target, {
			level: flags.counts ? "counts" : "default",
			concurrency: flags.concurrency,
			observe: (event) => view.observe(event),
			signal,
		});
		progress?.[Symbol.dispose]();
		view.summarize(result);
		if (!result.isEqual) process.exitCode = EXIT.incomplete;
		return result;
	}
}
