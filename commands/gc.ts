import { Flags } from "@oclif/core";
import { BaseCommand } from "../src/cli/base-command.ts";
import { durationOf } from "../src/cli/duration.ts";
import { EXIT } from "../src/cli/exit-codes.ts";
import { switchFlags } from "../src/cli/registry/readonly-flags.ts";

export class Gc extends BaseCommand {
	static override readonly summary =
		"Collect the registry's garbage, by its own collector in a read-only window";
	static override readonly description = [
		"Makes the registry read-only on every node and proves it, as readonly on does; runs the registry's own collector on the first of them; deletes what the registry remembers of blobs in Redis; and brings every node back to what was found, also when the collector fails and on Ctrl-C. A registry that was read-only before stays so.",
		"Refused where a collector would delete what is needed: while the storage is an incomplete target of a migration, where the metadata are in a database, where there are links that hold no digest; and with --delete-untagged where the registry's version would also delete manifests that a tagged index names.",
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> gc --dry-run",
		"<%= config.bin %> gc --delete-untagged --yes",
	];

	static override readonly flags = {
		...switchFlags,
		"dry-run": Flags.boolean({
			char: "n",
			description:
				"have the collector print what it would delete; the registry goes on taking writes, and nothing is changed",
		}),
		"delete-untagged": Flags.boolean({
			description:
				"delete manifests, too, that neither a tag nor a tagged index names",
		}),
		verified: Flags.boolean({
			description:
				"the storage is the target of a migration, and verify has found nothing missing there; not needed where that is noted in the state directory, not older than 30 days, and no pass has written there since",
		}),
		"shared-redis": Flags.boolean({
			description:
				"others use the Redis database, too, in which the registry remembers blobs: delete its keys among theirs",
		}),
		"drain-timeout": Flags.string({
			default: "60s",
			helpValue: "DURATION",
			description: "as of readonly on",
		}),
		"collector-timeout": Flags.string({
			default: "24h",
			helpValue: "DURATION",
			description:
				"how long the collector may take; then it is ended, and the registry brought back",
		}),
	};

	async run(): Promise<object> {
		const { flags } = await this.parse(Gc);
		const wishes = {
			...flags,
			drainMs: durationOf("drain-timeout", flags["drain-timeout"]),
			collectorMs: durationOf("collector-timeout", flags["collector-timeout"]),
		};
		const say = (line: string) => this.log(line);
		// Only here: no other command waits for what it needs.
		const { collectInWindow, dryCollection } = await import(
			"../src/cli/registry/garbage.ts"
		);
		if (flags["dry-run"]) return await dryCollection(wishes, say);
		const result = await collectInWindow(wishes, say);
		if (result.flushed !== undefined && "failed" in result.flushed)
			process.exitCode = EXIT.incomplete;
		return result;
	}
}
