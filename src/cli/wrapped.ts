import wrapAnsi from "wrap-ansi";

/** A line for people: prose, or what is to be copied, or is in columns, and stays as it is. */
export type Line = string | { readonly verbatim: string };

/** Most columns of prose, however wide a terminal is: longer lines are hard to read. */
const WIDEST = 100;

/** Columns of a terminal that nobody has told its size: it says 0. */
const USUAL = 80;

/** Fewer columns than this beside an indent are none. */
const NARROWEST = 20;

/** What a line begins with: a time, its indent, and a mark or a label, with its own spaces. */
const HEAD = /^(\d\d:\d\d:\d\d )?( *)((?:==|\d+\.) |\S+ {2,})?/;

/** Columns for prose on an output; `undefined`: it is no terminal, and each line stays whole. */
export function columnsOf({
	isTTY,
	columns,
}: {
	readonly isTTY?: boolean | undefined;
	readonly columns?: number | undefined;
}): number | undefined {
	return isTTY ? Math.min(columns || USUAL, WIDEST) : undefined;
}

/** A line as it is printed in so many columns. */
export function printed(line: Line, columns: number | undefined): string {
	return typeof line === "string" ? wrapped(line, columns) : line.verbatim;
}

/**
 * Text in lines of at most so many columns, as wide characters count there, broken between words and nowhere else, so that
 * URLs and paths can be copied.
 *
 * | a line                                | goes on                          |
 * | ------------------------------------- | -------------------------------- |
 * | `== step: …`, `1. …`, `label  …`      | under what follows the mark      |
 * | indented                              | two columns further in           |
 * | not indented                          | at its beginning                 |
 * | what a command has printed: `   \| …` | nowhere: it is not ours to break |
 */
export function wrapped(text: string, columns: number | undefined): string {
	if (columns === undefined) return text;
	return text
		.split("\n")
		.map((line) => hanging(line, columns))
		.join("\n");
}

function hanging(line: string, columns: number): string {
	const [head = "", time = "", indent = "", mark = ""] = HEAD.exec(line) ?? [];
	const rest = line.slice(head.length);
	const hang =
		time.length + indent.length + (mark.length || (indent === "" ? 0 : 2));
	if (rest.startsWith("| ") || columns - hang < NARROWEST) return line;
	const lines = wrapAnsi(rest, columns - hang).split("\n");
	return `${head}${lines.join(`\n${" ".repeat(hang)}`)}`;
}
