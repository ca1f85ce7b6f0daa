import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { interruptible } from "../src/cli/interruption.ts";
import { registryFlags } from "../src/cli/registry/registry-flags.ts";
import { stateFlags } from "../src/cli/state-directory.ts";
import { STORE_HELP, storeArguments } from "../src/cli/stores.ts";

export class Retire extends BaseCommand {
	static override readonly summary =
		"Delete the registry in SOURCE, weeks after it was cut over to TARGET";
	static override readonly description = [
		"Deletes what the registry has below docker/registry/ in SOURCE, links before what they name, and nothing else there. Refused until the cutover has ended on TARGET, --after has passed since, and a verify of TARGET that was clean is noted in the same state directory since: one that has read 5 % of its blobs, or has found it the same as SOURCE; while a node's configuration names SOURCE; when somebody has written there since; when an image at TARGET lacks what SOURCE still has; and when blobs of TARGET, of which a sample is read once more, are not sound. Where it is stopped, the same command goes on. After its beginning nothing leads back.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> retire /var/lib/registry 's3://my-registry?region=eu-west-1' --dry-run",
		"<%= config.bin %> retire /var/lib/registry s3://my-registry --after 30d --registry-file regmigrate.yml",
	];

	static override readonly args = storeArguments("where the registry is now");

	static override readonly flags = {
		...registryFlags,
		...stateFlags,
		"dry-run": Flags.boolean({
			char: "n",
			description: "look whether it would be refused, and delete nothing",
		}),
		yes: Flags.boolean({
			char: "y",
			description: "do it without asking for SOURCE's name",
		}),
		after: Flags.string({
			default: "14d",
			helpValue: "DURATION",
			description: "how long the cutover has to be over",
		}),
		digests: Flags.string({
			default: "5%",
			helpValue: "SHARE",
			description: "how many of TARGET's blobs are read and hashed before",
		}),
		"max-deletes-per-second": Flags.integer({
			min: 1,
			default: 500,
			helpValue: "N",
			description: "delete no more objects a second than this",
		}),
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(Retire);
		using interruption = interruptible();
		// Only here: no other command waits for what this needs.
		const { retire } = await import("../src/cli/cutover/retire.ts");
		return await retire(args, flags, {
			say: (line) => this.say(line),
			signal: interruption.signal,
		});
	}
}
