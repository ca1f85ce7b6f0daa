import { Flags } from "@oclif/core";
import { BaseCommand } from "../../src/cli/base-command.ts";
import { durationOf } from "../../src/cli/duration.ts";
import { switchFlags } from "../../src/cli/registry/readonly-flags.ts";

export class ReadonlyOn extends BaseCommand {
	static override readonly summary =
		"Make the registry read-only on every node, and prove it";
	static override readonly description = [
		"Records what it finds, sets read-only in the configuration of each node with its original kept, makes that effective, waits until no process is left that served the node before, and asks every node from outside whether it refuses writes. Only then is it read-only: a process that was told to end can still take what was begun, after the next one was seen to refuse it. Where one node fails, all are put back to what was found.",
		"Pulls go on, but for the moment in which a node restarts; one node is restarted after the other.",
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> readonly on --dry-run",
		"<%= config.bin %> readonly on --registry-file regmigrate.yml",
		"<%= config.bin %> readonly on --registry-config /etc/docker/registry/config.yml --restart 'systemctl restart docker-registry'",
	];

	static override readonly flags = {
		...switchFlags,
		"drain-timeout": Flags.string({
			default: "60s",
			helpValue: "DURATION",
			description:
				"how long a process that was told to end may go on, where neither the configuration says it nor the process can be seen ending",
		}),
	};

	async run(): Promise<object> {
		const { flags } = await this.parse(ReadonlyOn);
		// Only here: no other command waits for what these need.
		const { switchRegistry } = await import(
			"../../src/cli/registry/readonly-switch.ts"
		);
		const { proofLines } = await import(
			"../../src/cli/registry/readonly-view.ts"
		);
		const { turnReadOnlyOn } = await import(
			"../../src/registry/read-only/turn-on.ts"
		);
		return await switchRegistry(flags, {
			command: "readonly on",
			question: "Make it read-only?",
			drainMs: durationOf("drain-timeout", flags["drain-timeout"]),
			say: (line) => this.log(line),
			turn: turnReadOnlyOn,
			lines: proofLines,
		});
	}
}
