import { mostSimilar } from "./similar.ts";
import { UsageError } from "./usage-error.ts";

/** What a command line asks for. */
export type Request =
	| { readonly type: "help"; readonly id: string | undefined }
	| { readonly type: "version" }
	| {
			readonly type: "run";
			readonly id: string;
			readonly argv: readonly string[];
	  };

/**
 * Reads a command line as far as the name of the command, whose id has ":" between its words.
 *
 * | the arguments                                  | ask for                  |
 * | ---------------------------------------------- | ------------------------ |
 * | none                                           | help                     |
 * | `--version`, `-V` or `version`, first          | the version              |
 * | `help …`, or `--help` or `-h` before any `--`  | help, on a command named |
 * | a command                                      | running it               |
 *
 * Throws a `UsageError` for anything else.
 */
export function readCommandLine(
	argv: readonly string[],
	ids: readonly string[],
): Request {
	const [first] = argv;
	if (first !== undefined && VERSION.includes(first))
		return { type: "version" };
	const end = argv.indexOf("--");
	const isHelp =
		first === undefined ||
		first === "help" ||
		(end === -1 ? argv : argv.slice(0, end)).some((word) =>
			HELP.includes(word),
		);
	const words = isHelp
		? argv.filter((word) => word !== "help" && !word.startsWith("-"))
		: argv;
	const id = longestId(words, ids);
	if (id !== undefined) {
		const rest = words.slice(id.split(":").length);
		return isHelp ? { type: "help", id } : { type: "run", id, argv: rest };
	}
	if (isHelp && words.length === 0) return { type: "help", id: undefined };
	throw unknownCommand(words[0] ?? "", ids);
}

const VERSION = ["--version", "-V", "version"];
const HELP = ["--help", "-h"];

/** Whether the arguments ask for JSON: also where there is no command that could parse them. */
export function asksForJson(argv: readonly string[]): boolean {
	const end = argv.indexOf("--");
	return (end === -1 ? argv : argv.slice(0, end)).includes("--json");
}

function longestId(
	words: readonly string[],
	ids: readonly string[],
): string | undefined {
	for (let count = words.length; count > 0; count--) {
		const id = words.slice(0, count).join(":");
		if (ids.includes(id)) return id;
	}
	return undefined;
}

function unknownCommand(word: string, ids: readonly string[]): UsageError {
	const commands = ids.map((id) => id.replaceAll(":", " "));
	if (word.startsWith("-"))
		return new UsageError(`The command comes first, before ${word}`, [
			`Commands: ${commands.join(", ")}. See regmigrate --help.`,
		]);
	const similar = mostSimilar(word, commands);
	return new UsageError(`There is no command "${word}"`, [
		similar === undefined
			? `Commands: ${commands.join(", ")}. See regmigrate --help.`
			: `Did you mean "regmigrate ${similar}"? See regmigrate --help.`,
	]);
}
