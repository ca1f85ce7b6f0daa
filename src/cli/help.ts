import { type Command, CommandHelp, Help, type Interfaces } from "@oclif/core";
import { EXIT_MEANINGS } from "./exit-codes.ts";

/** oclif's help without what it says twice, and with the exit codes. */
export class ProgramHelp extends Help {
	protected override readonly CommandHelpClass = CommandPage;

	constructor(config: Interfaces.Config) {
		// Flags that stand above their descriptions are wrapped two columns too late.
		super(config, { flagSortOrder: "none", docopts: false, maxWidth: 78 });
	}

	/** Not through `console`, as oclif does it: that hides when the output cannot be written. */
	protected override log(...lines: readonly string[]): void {
		for (const line of lines) process.stdout.write(`${line}\n`);
	}

	override formatRoot(): string {
		const { bin, pjson } = this.config;
		return [
			this.wrap(pjson.description ?? "", 0),
			this.section("USAGE", `$ ${bin} COMMAND [ARGUMENTS] [FLAGS]`),
		].join("\n\n");
	}

	/** All commands in one list: they are few, and what there is should be seen at once. */
	protected override async showRootHelp(): Promise<void> {
		this.log(this.formatRoot());
		this.log("");
		this.log(this.formatCommands(this.sortedCommands));
		this.log("");
		this.log(`${this.config.bin} COMMAND --help tells more.`);
	}

	protected override async showTopicHelp(
		topic: Interfaces.Topic,
	): Promise<void> {
		await super.showTopicHelp(topic);
		this.log(`${this.config.bin} ${topic.name} COMMAND --help tells more.`);
	}
}

class CommandPage extends CommandHelp {
	protected override defaultUsage(): string {
		return `${super.defaultUsage()} [FLAGS]`;
	}

	/** No room for a letter where there is none: the first flag of a page would lose it, and stand out. */
	protected override flagHelpLabel(
		flag: Command.Flag.Any,
		showOptions?: boolean,
	): string {
		return super.flagHelpLabel(flag, showOptions).trimStart();
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
