import { RegistryError } from "../registry-error.ts";

/** Where a file's marks are, as Ruby reads it (`outline.ts`). Lines are counted from 1. */
export interface Outline {
	/** The comments that begin a block of ours. */
	readonly begins: readonly number[];
	/** The comments that end one. */
	readonly ends: readonly number[];
	/** The line `__END__`, after which nothing is evaluated; `undefined`: there is none. */
	readonly data: number | undefined;
}

/** What a block is made of, in the order in which it is evaluated. Each part has a headline of its own. */
const PARTS = [
	"storage",
	"target",
	"redirect",
	"read-only",
	"database",
	"gc",
] as const;

/** The Ruby lines of each part that a block has. */
export type Block = Readonly<
	Partial<Record<(typeof PARTS)[number], readonly string[]>>
>;

/** A file without our block, and the block. */
export interface Divided {
	/** The file without the block, byte for byte as it was before there was one. */
	readonly rest: string;
	/** Where in `rest` its code ends: at `__END__`, or at its own end. */
	readonly codeEnd: number;
	/** `undefined`: the file has none. */
	readonly block: Block | undefined;
}

/** What the comment before a block begins with, and the one after it. */
export const BEGIN = "# BEGIN regmigrate";
export const END = "# END regmigrate";
const NOTICE = [
	"# regmigrate wrote these lines, and changes or removes them as a whole. Leave them as they are, and last in this file:",
	"# they work on what is set above them.",
];
const HEADLINE = "# regmigrate: ";

/**
 * Takes our block out of a file. Throws `refused` when it is there more than once, in part, or with lines of others in it:
 * then nobody can say what was ours. `file` is its name.
 */
export function divide(text: string, outline: Outline, file: string): Divided {
	const { begins, ends, data } = outline;
	const codeEnd = data === undefined ? text.length : lineStart(text, data);
	const [begin] = begins;
	const [end] = ends;
	if (begin === undefined && end === undefined)
		return { rest: text, codeEnd, block: undefined };
	if (
		begin === undefined ||
		end === undefined ||
		begins.length > 1 ||
		ends.length > 1 ||
		end < begin
	)
		throw damaged(file, [...begins, ...ends]);
	const inside = text.split("\n").slice(begin, end - 1);
	const block = readBlock(
		inside.map((line) => line.replace(/\r$/, "")),
		file,
		begin,
	);
	const head = text.slice(0, lineStart(text, begin));
	const tail = text.slice(lineStart(text, end + 1));
	const isWithoutNewline = !text
		.slice(0, lineStart(text, end + 1))
		.endsWith("\n");
	// What `place` put before the block: a blank line, or the end that the last line did not have.
	const isOurs = isWithoutNewline || /(^|\n)\r?\n$/.test(head);
	const before = isOurs ? head.replace(/\r?\n$/, "") : head;
	const rest = before + tail;
	return { rest, codeEnd: rest.length - (text.length - codeEnd), block };
}

/** Where a line begins; the end of the text for one that is beyond it. */
function lineStart(text: string, line: number): number {
	let start = 0;
	for (let skipped = 1; skipped < line; skipped++) {
		const next = text.indexOf("\n", start);
		if (next === -1) return text.length;
		start = next + 1;
	}
	return start;
}

function readBlock(lines: readonly string[], file: string, at: number): Block {
	const block = new Map<string, string[]>();
	let part: string[] | undefined;
	for (const line of lines) {
		if (line.startsWith(HEADLINE)) {
			part = [];
			block.set(line.slice(HEADLINE.length), part);
		} else if (part !== undefined) part.push(line);
		// Another version may have another notice.
		else if (!line.startsWith("#")) throw damaged(file, [at]);
	}
	const names: readonly string[] = PARTS;
	if (![...block.keys()].every((name) => names.includes(name)))
		throw damaged(file, [at]);
	return Object.fromEntries(block);
}

/** Puts a block at the end of the code of a file that has none; one without parts leaves the file as it is. */
export function place(
	{ rest, codeEnd }: Omit<Divided, "block">,
	block: Block,
): string {
	const parts = PARTS.flatMap((name) => {
		const lines = block[name];
		return lines === undefined ? [] : [`${HEADLINE}${name}`, ...lines];
	});
	if (parts.length === 0) return rest;
	const newline = rest.includes("\r\n") ? "\r\n" : "\n";
	const head = rest.slice(0, codeEnd);
	const tail = rest.slice(codeEnd);
	const lines = ["", BEGIN, ...NOTICE, ...parts, END].join(newline);
	// A last line without an end gets one, and ours has none instead: by that it is known again.
	const end = head.endsWith("\n") || tail !== "" ? newline : "";
	return head + lines + end + tail;
}

function damaged(file: string, lines: readonly number[]): RegistryError {
	return new RegistryError(
		"refused",
		`Cannot change ${file}: the lines that regmigrate wrote there are damaged or there twice (line ${lines.join(", ")})`,
		{
			suggestions: [
				`Remove them by hand, from "${BEGIN}" to "${END}", or put back the original that is kept beside the file, then run this again.`,
			],
		},
	);
}
