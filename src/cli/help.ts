import { CommandHelp, Help, type Interfaces } from "@oclif/core";
import { EXIT_MEANINGS } from "./exit-codes.ts";

/** oclif's help without what it says twice, and with the exit codes. */
export class ProgramHelp extends Help {
	protected override readonly CommandHelpClass = CommandPage;

	constructor(config: Interfaces.Config) {
		// Flags that stand above their descriptions are wrapped two columns too late.
		super(config, { flagSortOrder: "none", docopts: false, maxWidth: 78 });
	}

	override formatRoot(): string {
		const { bin, pjson } = this.config;
		return [
			this.wrap(pjson.description ?? "", 0),
			this.section("USAGE", `$ ${bin} COMMAND [ARGUMENTS] [FLAGS]`),
		].join("\n\n");
	}

	protected override async showRootHelp(): Promise<void> {
		await super.showRootHelp();
		this.log(`${this.config.bin} COMMAND --help tells more.`);
	}
}

class CommandPage extends CommandHelp {
	protected override defaultUsage(): string {
		return `${super.defaultUsage()} [FLAGS]`;
	}

	/** The summary stands above the page already. */
	protected override description(): string {
		return this.wrap(this.command.description ?? "");
	}

	protected override sections(): ReturnType<CommandHelp["sections"]> {
		const codes = EXIT_MEANINGS.map(
			([code, meaning]) => `${String(code).padEnd(4)} ${meaning}`,
		);
		return [
			...super.sections(),
			{ header: "EXIT CODES", generate: () => codes.join("\n") },
		];
	}
}
