import { type Command, Flags, type Interfaces } from "@oclif/core";
import { PACKAGE, PACKAGE_ROOT } from "./package-metadata.ts";

/** Every command by its id, which has ":" between its words. */
export type CommandTable = Readonly<Record<string, Command.Class>>;

/** What the commands that begin with the same word are about, by that word. */
export type TopicTable = Readonly<Record<string, string>>;

/**
 * The commands as oclif takes them: a ready plugin. Its own discovery scans folders and imports from them, which a
 * single executable does not have.
 */
export function tablePlugin(
	table: CommandTable,
	topics: TopicTable,
	pjson: Interfaces.PJSON,
): Interfaces.Plugin {
	const options = { root: PACKAGE_ROOT, pjson };
	const commands = Object.entries(table).map(([id, command]) =>
		loadable(id, command),
	);
	function findCommand(
		id: string,
		options: { must: true },
	): Promise<Command.Class>;
	function findCommand(
		id: string,
		options?: { must: boolean },
	): Promise<Command.Class> | undefined;
	function findCommand(id: string): Promise<Command.Class> | undefined {
		const command = table[id];
		return command && Promise.resolve(command);
	}
	return {
		_base: "",
		alias: PACKAGE.name,
		commandIDs: Object.keys(table),
		commands,
		commandsDir: undefined,
		findCommand,
		hasManifest: false,
		hooks: {},
		isRoot: true,
		load: async () => {},
		moduleType: "module",
		name: PACKAGE.name,
		options,
		pjson,
		root: PACKAGE_ROOT,
		topics: Object.entries(topics).map(([name, description]) => ({
			name,
			description,
		})),
		type: "core",
		valid: true,
		version: PACKAGE.version,
	};
}

/** A command as the help reads it: each flag and argument with its name, and the flags that oclif adds when it parses. */
function loadable(id: string, command: Command.Class): Command.Loadable {
	command.id = id;
	const json = Flags.boolean({
		description: "print the result as JSON, on standard output",
	});
	const flags = {
		...command.flags,
		...command.baseFlags,
		...(command.enableJsonFlag ? { json } : {}),
	};
	return {
		aliases: [],
		args: named(command.args),
		description: command.description,
		examples: command.examples,
		flags: named(flags),
		hidden: command.hidden,
		hiddenAliases: [],
		id,
		load: async () => command,
		pluginAlias: PACKAGE.name,
		pluginType: "core",
		strict: command.strict,
		summary: command.summary,
		usage: command.usage,
	};
}

function named<T extends object>(
	members: Readonly<Record<string, T>>,
): Record<string, T & { name: string }> {
	return Object.fromEntries(
		Object.entries(members).map(([name, member]) => [
			name,
			{ ...member, name },
		]),
	);
}
