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
 * Reads a command line as far as the name of the command, whose id has ":" between its words. The words that several
 * commands begin with are a topic.
 *
 * | the arguments                                  | ask for                               |
 * | ---------------------------------------------- | ------------------------------------- |
 * | none                                           | help                                  |
 * | `--version`, `-V` or `version`, first          | the version                           |
 * | `help …`, or `--help` or `-h` before any `--`  | help, on a command or a topic named   |
 * | a command                                      | running it                            |
 *
 * Throws a `UsageError` for anything else, also for a topic alone: it has done nothing, and a script that lost a word
 * must not take it for success.
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
	const [topic = ""] = words;
	if (isHelp && words.length === 1 && topicsOf(ids).includes(topic))
		return { type: "help", id: topic };
	throw unknownCommand(words, ids);
}

/** What commands of more than one word begin with. */
export function topicsOf(ids: readonly string[]): readonly string[] {
	const topics = ids.flatMap((id) => {
		const [topic = "", ...rest] = id.split(":");
		return rest.length === 0 ? [] : [topic];
	});
	return [...new Set(topics)];
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

function unknownCommand(
	words: readonly string[],
	ids: readonly string[],
): UsageError {
	const [first = "", second] = words;
	const commands = ids.map((id) => id.replaceAll(":", " "));
	const topics = topicsOf(ids);
	if (first.startsWith("-"))
		return new UsageError(`The command comes first, before ${first}`, [
			`Commands: ${commands.join(", ")}. See regmigrate --help.`,
		]);
	if (topics.includes(first)) return unknownInTopic(first, second, commands);
	const all = `Commands: ${commands.join(", ")}. See regmigrate --help.`;
	const pair = `${first} ${second}`;
	const pairs = commands.filter((name) => name.includes(" "));
	const similar = mostSimilar(pair, pairs);
	return similar === undefined
		? noCommand(first, mostSimilar(first, [...topics, ...commands]), all)
		: noCommand(pair, similar, all);
}

function unknownInTopic(
	topic: string,
	word: string | undefined,
	commands: readonly string[],
): UsageError {
	const within = commands.filter((name) => name.startsWith(`${topic} `));
	const all = `Commands: ${within.join(", ")}. See regmigrate ${topic} --help.`;
	if (word === undefined || word.startsWith("-"))
		return new UsageError(`"${topic}" alone is no command`, [all]);
	const words = within.map((name) => name.slice(topic.length + 1));
	const similar = mostSimilar(word, words);
	return noCommand(
		`${topic} ${word}`,
		similar === undefined ? undefined : `${topic} ${similar}`,
		all,
	);
}

/** `all` is what to say where nothing is similar. */
function noCommand(
	name: string,
	similar: string | undefined,
	all: string,
): UsageError {
	return new UsageError(`There is no command "${name}"`, [
		similar === undefined
			? all
			: `Did you mean "regmigrate ${similar}"? See regmigrate --help.`,
	]);
}
