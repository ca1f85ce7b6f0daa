import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { cutoverSignals } from "../src/cli/cutover/cutover-signals.ts";
import { switchFlags } from "../src/cli/registry/readonly-flags.ts";
import { targetFlags } from "../src/cli/registry/target-flags.ts";
import { saidOn } from "../src/cli/said.ts";
import { STORE_HELP, storeArguments } from "../src/cli/stores.ts";

const { "accept-pending": _, ...switching } = switchFlags;

export class Cutover extends BaseCommand {
	static override readonly summary =
		"Move the registry from SOURCE to TARGET, or back if anything fails";
	static override readonly description = [
		"Copies while the registry is in use, until the next pass is short; asks; makes every node read-only and proves it; copies the rest and deletes what is gone; proves what that changed; configures one node after the other to TARGET, still read-only; has each serve an image that is only there; and lets them take pushes again. Whatever fails before that, or Ctrl-C (twice at a terminal), brings every node back to its configuration of before, on SOURCE. From the moment on at which the first node is to take pushes on TARGET, only rollback leads back.",
		"Each step is noted before it is begun. Where the process is killed, the same command goes on: with the same --state-directory.",
		"Where the metadata are in a database, online garbage collection is stopped while the registry is copied, which restarts every node once before the window and once after it; that a node reads from TARGET is proven by layers of test images, which are taken away there and put back, and that it writes there by a push once it takes pushes. The database itself is neither read nor changed.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> cutover /var/lib/registry 's3://my-registry?region=eu-west-1' --dry-run",
		"<%= config.bin %> cutover /var/lib/registry s3://my-registry --registry-file regmigrate.yml --max-window 20m",
	];

	static override readonly args = storeArguments("where the registry is moved");

	static override readonly flags = {
		...switching,
		"drain-timeout": Flags.string({
			default: "60s",
			helpValue: "DURATION",
			description:
				"how long a process that was told to end may go on, where neither the configuration says it nor the process can be seen ending",
		}),
		"until-stable": Flags.string({
			default: "1m",
			helpValue: "DURATION",
			description:
				"open the window when the last pass is expected to take no longer than this",
		}),
		"max-window": Flags.string({
			helpValue: "DURATION",
			description:
				"go back when pushes would be refused for longer than this, the way back included (default: as long as it takes)",
		}),
		"max-delete": Flags.integer({
			min: 0,
			helpValue: "N",
			description:
				"delete no more objects than this at TARGET (default: at most half of its tags, and a quarter of all that is there)",
		}),
		rehearse: Flags.boolean({
			allowNo: true,
			default: true,
			description:
				"try TARGET with the registry's own program first, on one small repository, as rehearse does",
		}),
		verify: Flags.boolean({
			allowNo: true,
			default: true,
			description:
				"compare all of TARGET with SOURCE while the registry is in use; without that, only what the last pass changes is compared",
		}),
		"accept-damage": Flags.boolean({
			description:
				"go on although something is broken in SOURCE; it is then so at TARGET",
		}),
		"shared-redis": Flags.boolean({
			description:
				"delete what the registry remembers of blobs in Redis, also where others use that database",
		}),
		"at-window-open": Flags.string({
			helpValue: "COMMAND",
			description:
				"run this line on this machine before pushes are refused, such as to pause runners; what fails keeps the window shut. It has to be safe to repeat. It sees REGMIGRATE_CUTOVER_ID, REGMIGRATE_SOURCE and REGMIGRATE_TARGET",
		}),
		"at-window-closed": Flags.string({
			helpValue: "COMMAND",
			description:
				"run this one when pushes are taken again: it sees, besides, REGMIGRATE_OUTCOME, which is target or source. Safe to repeat",
		}),
		fence: Flags.boolean({
			default: true,
			allowNo: true,
			description:
				"make the old source unwritable in the end, so that no process that was forgotten writes there (root is kept out where the file system has an immutable flag); rollback undoes it",
		}),
		"test-repository": Flags.string({
			helpValue: "NAME",
			description:
				"push, pull and delete an image there in the end (default: nothing is pushed); with a metadata database it is needed, for the proofs",
		}),
		"database-backup-made": Flags.boolean({
			description:
				"of a registry with a metadata database: a backup of it has been made that can be restored (default: asked)",
		}),
		...targetFlags,
	};

	async run(): Promise<object> {
		const parsed = await this.parse(Cutover);
		const { args, flags } = parsed;
		using signals = cutoverSignals((text) => this.sayBeside(text));
		// Only here: no other command waits for what this needs.
		const { cutOver } = await import("../src/cli/cutover/cutover.ts");
		const wishes = { ...flags, "accept-pending": false };
		return await cutOver(args, wishes, {
			said: saidOn(parsed),
			say: (line) => this.say(line),
			signal: signals.signal,
			ignoreInterrupts: signals.ignoreInterrupts,
		});
	}
}
