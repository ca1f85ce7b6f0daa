import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { printable } from "../src/cli/format.ts";
import { interruptible } from "../src/cli/interruption.ts";
import { registryFlags } from "../src/cli/registry/registry-flags.ts";
import { targetFlags } from "../src/cli/registry/target-flags.ts";
import { STORE_HELP, storeArguments } from "../src/cli/stores.ts";

export class Rehearse extends BaseCommand {
	static override readonly summary =
		"Try TARGET with the registry's own program, on a few images";
	static override readonly description = [
		"Copies a few small repositories to a scratch place in TARGET, starts the program of the registry there, as its own user, with the configuration that it would have on TARGET, and asks it what clients ask: read-only, to refuse writes and to give the images, digest by digest; then, on another scratch place and writable, to take an image in chunks, the same again, to give it, and to delete it. So what TARGET, or the registry's credentials, do not allow is found out while nothing depends on it.",
		"The registry in use is not touched. The one that is tried listens on loopback, below a path that nobody can guess; it knows no users, notifies nobody and shares no cache. At the end, whatever happens, it is ended and the scratch places are emptied.",
		"Has to run on the machine of the node; as root, where the registry has a user of its own. Exits with 3 when it finds something for which the registry should not be switched.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> rehearse /var/lib/registry 's3://my-registry?region=eu-west-1' --dry-run",
		"<%= config.bin %> rehearse config:/etc/docker/registry/config.yml s3://my-registry --registry-credentials role",
		"<%= config.bin %> rehearse /var/lib/registry gs://my-registry --include 'group/small'",
	];

	static override readonly args = {
		...storeArguments("what is tried"),
		target: Args.string({
			required: true,
			ignoreStdin: true,
			description: "the store that is tried; written as SOURCE is",
		}),
	};

	static override readonly flags = {
		repositories: Flags.integer({
			default: 3,
			min: 1,
			max: 100,
			helpValue: "N",
			description: "copy so many small repositories, at most",
		}),
		include: Flags.string({
			multiple: true,
			multipleNonGreedy: true,
			helpValue: "PATTERN",
			description:
				"copy the repositories whose name matches instead; may be repeated",
		}),
		"max-mib": Flags.integer({
			default: 256,
			min: 1,
			helpValue: "N",
			description: "copy no more than so many MiB",
		}),
		node: Flags.string({
			multiple: true,
			multipleNonGreedy: true,
			helpValue: "NAME",
			description: "only this node; may be repeated (default: all of them)",
		}),
		"dry-run": Flags.boolean({
			char: "n",
			description:
				"print what would be copied, started and written, and change nothing",
		}),
		...registryFlags,
		...targetFlags,
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(Rehearse);
		using interruption = interruptible();
		const { signal } = interruption;
		// Only here: no other command waits for what this needs.
		const { runRehearsal } = await import("../src/cli/registry/rehearsal.ts");
		const report = await runRehearsal(args, flags, {
			say: (line) => this.say(line),
			tell: (text) => this.say(printable(text)),
			warn: (text) => this.sayBeside(printable(text)),
			signal,
		});
		if (!report.isPassed) process.exitCode = EXIT.incomplete;
		return report;
	}
}
