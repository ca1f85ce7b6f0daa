import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { Interruption, interruptible } from "../src/cli/interruption.ts";
import { openStores, STORE_HELP, storeArguments } from "../src/cli/stores.ts";
import { UsageError } from "../src/cli/usage-error.ts";
import { VerifyView } from "../src/cli/verify-view.ts";
import { verify } from "../src/verify/verify.ts";

export class Verify extends BaseCommand {
	static override readonly summary =
		"Prove that a target holds what the registry in a source holds";
	static override readonly description = [
		"Lists both and compares every key, every size and the content of every link; tells what is missing, extra, different, corrupt or unknown, and whether the migration did it or the source was broken already. Writes nothing, and trusts nothing that sync has noted.",
		"With --counts it compares only how many objects there are, as GitLab's documentation describes it; half-finished uploads are not counted.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --counts",
		"<%= config.bin %> verify /var/lib/registry s3://my-bucket --json > report.json",
	];

	static override readonly args = storeArguments("what to compare with it");

	static override readonly flags = {
		counts: Flags.boolean({
			description: "compare only the numbers of objects",
		}),
		concurrency: Flags.integer({
			default: 32,
			min: 1,
			max: 1024,
			helpValue: "N",
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
		const ifNoTarget = "Check how it is spelled, and that it is mounted.";
		const isTargetWritten = false;
		await using stores = await openStores(
			{ ...args, ifNoTarget, isTargetWritten },
			signal,
		);
		const { source, target } = stores;
		if (source.identity === target.identity)
			throw new UsageError(
				`Source and target are the same place: ${source.url}`,
				[
					"Every store is like itself, which proves nothing: name another target.",
				],
			);
		const view = new VerifyView((line) => this.log(line));
		using progress = this.showProgress(() => view.standing, flags);
		const result = await verify(source, target, {
			level: flags.counts ? "counts" : "default",
			concurrency: flags.concurrency,
			observe: (event) => view.observe(event),
			signal,
		}).catch((error: unknown) => {
			throw error instanceof Interruption
				? new Interruption(error.message, [
						"Stopped before there was a result.",
					])
				: error;
		});
		progress[Symbol.dispose]();
		view.summarize(result);
		if (!result.isEqual) process.exitCode = EXIT.incomplete;
		return result;
	}
}
