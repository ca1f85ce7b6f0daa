import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { cutoverSignals } from "../src/cli/cutover/cutover-signals.ts";
import { saidOn } from "../src/cli/said.ts";
import { STORE_HELP, storeArguments } from "../src/cli/stores.ts";
import { Cutover } from "./cutover.ts";

const {
	"accept-damage": _damage,
	"database-backup-made": _backup,
	rehearse: _rehearse,
	verify: _verify,
	...flags
} = Cutover.flags;

export class Rollback extends BaseCommand {
	static override readonly summary =
		"Bring the registry back from TARGET to SOURCE after a cutover";
	static override readonly description = [
		"Before the cutover's point of no return, also where its process was killed: undoes what it has begun, and the registry is on SOURCE as before.",
		"After it: copies back what was pushed to TARGET since, while the registry is in use; says which tags were moved and deleted, and asks; makes every node read-only and proves it; copies the rest, and deletes the links that are gone; gives one node after the other its configuration of before; has each serve an image that is only in SOURCE; and lets them take pushes again. Blobs are never deleted; those that were corrupt in SOURCE are healed by what was pushed again. Whatever fails before that, or Ctrl-C (twice at a terminal), leaves the registry on TARGET, as it was.",
		"Where the metadata are in a database, it stays as it is, and only blobs are copied back: online garbage collection is stopped meanwhile, and that nodes read from SOURCE and write there is proven as by cutover, in --test-repository. What the database names and neither storage has is not found out.",
		"Refused where somebody else has changed SOURCE since the cutover: it says what. SOURCE, TARGET and --state-directory are those of the cutover. Each step is noted before it is begun: where the process is killed, the same command goes on.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> rollback /var/lib/registry 's3://my-registry?region=eu-west-1' --dry-run",
		"<%= config.bin %> rollback /var/lib/registry s3://my-registry --registry-file regmigrate.yml",
	];

	static override readonly args = storeArguments(
		"what the registry was cut over to",
	);

	static override readonly flags = {
		...flags,
		"max-delete": Flags.integer({
			min: 0,
			helpValue: "N",
			description:
				"delete no more links than this in SOURCE (default: at most half of its tags, and a quarter of all that is there)",
		}),
		fence: Flags.boolean({
			default: true,
			allowNo: true,
			description:
				"make SOURCE unwritable again, as after the cutover, when the registry stays on TARGET",
		}),
	};

	async run(): Promise<object> {
		const parsed = await this.parse(Rollback);
		const { args, flags } = parsed;
		using signals = cutoverSignals(
			(text) => this.sayBeside(text),
			undefined,
			"target",
		);
		// Only here: no other command waits for what this needs.
		const { rollBack } = await import("../src/cli/cutover/rollback.ts");
		const wishes = {
			...flags,
			"accept-pending": false,
			"accept-damage": true,
			"database-backup-made": false,
			rehearse: false,
			verify: true,
		};
		return await rollBack(args, wishes, {
			said: saidOn(parsed),
			say: (line) => this.say(line),
			signal: signals.signal,
			ignoreInterrupts: signals.ignoreInterrupts,
		});
	}
}
