import { Flags } from "@oclif/core";
import { BaseCommand } from "../../src/cli/base-command.ts";
import { durationOf } from "../../src/cli/duration.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { interruptible } from "../../src/cli/interruption.ts";
import {
	changeLine,
	statusLines,
} from "../../src/cli/registry/readonly-status.ts";
import { registryFlags } from "../../src/cli/registry/registry-flags.ts";
import { stateDirectory, stateFlags } from "../../src/cli/state-directory.ts";

export class ReadonlyStatus extends BaseCommand {
	static override readonly summary =
		"Tell whether the registry is read-only, node by node";
	static override readonly description =
		"Asks every node from outside, and reads what it is configured to. Changes nothing. The exit code is 0 when every node is read-only, and 3 when one takes writes or does not tell, or what is noted of the registry cannot be read; with --watch, as it was last seen.";

	static override readonly examples = [
		"<%= config.bin %> readonly status",
		"<%= config.bin %> readonly status --watch --interval 5s",
		"<%= config.bin %> readonly status --json",
	];

	static override readonly flags = {
		...registryFlags,
		...stateFlags,
		watch: Flags.boolean({
			description: "ask again and again, and print what changes, until Ctrl-C",
		}),
		interval: Flags.string({
			default: "1s",
			helpValue: "DURATION",
			description:
				"with --watch, from one answer of a node to the next question",
		}),
	};

	async run(): Promise<object> {
		const { flags } = await this.parse(ReadonlyStatus);
		const intervalMs = durationOf("interval", flags.interval);
		using interruption = interruptible();
		const { signal } = interruption;
		const { openRegistry } = await import(
			"../../src/cli/registry/registry-session.ts"
		);
		const { overallState, registryStatus } = await import(
			"../../src/registry/read-only/status.ts"
		);
		await using session = await openRegistry(flags);
		const directory = stateDirectory(
			flags["state-directory"],
			process.env,
			process.getuid?.(),
		);
		const { migrationPaths } = await import(
			"../../src/cli/cutover/migration-files.ts"
		);
		const { seeNotes } = await import("../../src/cli/registry/seen-notes.ts");
		const notes = seeNotes(migrationPaths(session, directory));
		const { probe, askVersion, nodes } = session;
		const { record, unfinished, problems } = notes;
		const status = await registryStatus(nodes, {
			...{ probe, askVersion, record, signal },
		});
		for (const line of statusLines(status, notes)) this.log(line);
		let { state } = status;
		if (flags.watch) {
			const states = new Map(
				status.nodes.map(({ name, probed }) => [name, probed.state]),
			);
			const { watchWrites } = await import(
				"../../src/registry/probe/watch-writes.ts"
			);
			await watchWrites(session.watched, {
				...{ signal, intervalMs },
				observe: (change) => {
					states.set(change.node, change.state.state);
					this.log(changeLine(change));
				},
			});
			state = overallState([...states.values()]);
		}
		if (state !== "read-only" || problems.length > 0)
			process.exitCode = EXIT.incomplete;
		const unread = problems.map(({ message }) => message);
		return { ...status, state, record, unfinished, unread };
	}
}
