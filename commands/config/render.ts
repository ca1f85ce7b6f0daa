import { Args, Flags } from "@oclif/core";
import { BaseCommand } from "../../src/cli/base-command.ts";
import { EXIT } from "../../src/cli/exit-codes.ts";
import { interruptible } from "../../src/cli/interruption.ts";
import {
	describedRegistry,
	registryFlags,
} from "../../src/cli/registry/registry-flags.ts";
import { renderingLines } from "../../src/cli/registry/rendering-lines.ts";
import {
	targetFlags,
	targetOptions,
} from "../../src/cli/registry/target-flags.ts";
import { asUsage, locateStore, STORE_HELP } from "../../src/cli/stores.ts";

export class ConfigRender extends BaseCommand {
	static override readonly summary =
		"Show what the registry will be configured to, as a diff against today";
	static override readonly description = [
		"Works out, for every node, what has to be changed so that the registry uses TARGET: the changes of its files as diff -u shows them, with *** in place of each secret, the commands that make them effective, and what is in the way. Changes nothing; of the target it asks at most how its names begin (Azure).",
		"The target's parameters are spelled as the registry's version has them. What its driver cannot be told is refused where objects would then lie elsewhere or otherwise.",
		STORE_HELP,
	].join("\n\n");

	static override readonly examples = [
		"<%= config.bin %> config render 's3://my-registry?region=eu-west-1'",
		"<%= config.bin %> config render 'az://account/registry?root-prefix=trimmed' --registry-credentials role --read-only",
	];

	static override readonly args = {
		target: Args.string({
			required: true,
			ignoreStdin: true,
			description:
				"the store that the registry is to use, as sync and verify take it",
		}),
	};

	static override readonly flags = {
		...registryFlags,
		...targetFlags,
		"read-only": Flags.boolean({
			allowNo: true,
			description:
				"and refuses writes, or takes them (default: as it is); the first start on a target is read-only",
		}),
	};

	async run(): Promise<object> {
		const { args, flags } = await this.parse(ConfigRender);
		using interruption = interruptible();
		const { signal } = interruption;
		const located = await locateStore(args.target);
		const target = {
			url: located.url,
			environment: { ...process.env, ...located.environment },
		};
		const options = targetOptions(target, flags);
		const { description } = await describedRegistry(flags);
		// Only here: no other command waits for what this needs.
		const { openNodes } = await import("../../src/registry/open-nodes.ts");
		const nodes = await openNodes(description);
		const { renderAll } = await import("../../src/registry/target/render.ts");
		const rendered = await renderAll(
			{ description, nodes, version: flags["registry-version"] },
			target,
			options,
			{
				readOnly: flags["read-only"],
				redirectDisabled: flags["disable-redirect"],
			},
			{ signal },
		).catch((error: unknown) => {
			throw asUsage(error);
		});
		for (const line of renderingLines(rendered)) this.log(line);
		if (rendered.nodes.some(({ blockers }) => blockers.length > 0))
			process.exitCode = EXIT.refused;
		return rendered;
	}
}
