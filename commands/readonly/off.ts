import { Flags } from "@oclif/core";
import { BaseCommand } from "../../src/cli/base-command.ts";
import { switchFlags } from "../../src/cli/registry/readonly-flags.ts";

export class ReadonlyOff extends BaseCommand {
	static override readonly summary =
		"Put the registry back to what readonly on has found, and prove it";
	static override readonly description =
		"Puts back the configuration of each node, byte for byte where nobody else has changed it since, makes that effective, and asks every node from outside whether it takes writes again, if it did before. Refused when nothing is recorded.";

	static override readonly examples = [
		"<%= config.bin %> readonly off --dry-run",
		"<%= config.bin %> readonly off --yes",
	];

	static override readonly flags = {
		...switchFlags,
		force: Flags.boolean({
			description:
				"make every node writable, also where it was found read-only or nothing is recorded",
		}),
	};

	async run(): Promise<object> {
		const { flags } = await this.parse(ReadonlyOff);
		// Only here: no other command waits for what these need.
		const { switchRegistry } = await import(
			"../../src/cli/registry/readonly-switch.ts"
		);
		const { putBackLines } = await import(
			"../../src/cli/registry/readonly-view.ts"
		);
		const { turnReadOnlyOff } = await import(
			"../../src/registry/read-only/turn-off.ts"
		);
		return await switchRegistry(flags, {
			command: "readonly off",
			question: "Put it back?",
			drainMs: 0,
			say: (line) => this.log(line),
			turn: (nodes, options) =>
				turnReadOnlyOff(nodes, { ...options, isForced: flags.force }),
			lines: putBackLines,
		});
	}
}
