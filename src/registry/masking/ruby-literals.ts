import type { Range } from "./range.ts";

/** A text that is written out in Ruby, without what quotes it. */
export interface RubyLiteral extends Range {
	/** Where the program goes on: behind the quote, or, for a heredoc, behind its word, in the same line. */
	readonly next: number;
	/** Whether it is in the lines after this one (`<<~EOS`). */
	readonly isHeredoc: boolean;
}

/** What closes a text that `%q(` and its like begin; such a text may hold more of these pairs. */
const CLOSING: Readonly<Record<string, string>> = {
	"(": ")",
	"[": "]",
	"{": "}",
	"<": ">",
};

/** A slash after these, or first in its line, begins a pattern; after a value it divides. */
const BEFORE_PATTERN = /(?:^|[(,=~!|&{[;:?\n]|\b(?:if|unless|when|and|or))\s*$/;

/**
 * The text that begins at an offset of a Ruby program, if one does; the offset is not within another. The first heredoc
 * of a line begins in the next one, and each further one after the one before: there, `bodiesFrom`.
 */
export function literalAt(
	text: string,
	at: number,
	bodiesFrom?: number | undefined,
): RubyLiteral | undefined {
	const rest = text.slice(at, at + 200);
	const before = text.slice(Math.max(0, at - 40), at);
	const [quote] = /^["'`]/.exec(rest) ?? [];
	if (quote !== undefined)
		return quoted(text, at + 1, quote, { isComputed: quote !== "'" });
	const [opening, kind = "", delimiter = ""] =
		/^%([qQwWiIrxs]?)([([{<|!/])/.exec(rest) ?? [];
	if (opening !== undefined)
		return quoted(text, at + opening.length, CLOSING[delimiter] ?? delimiter, {
			isComputed: !/[qwis]/.test(kind),
			nested: delimiter in CLOSING ? delimiter : undefined,
		});
	if (rest.startsWith("/") && BEFORE_PATTERN.test(before))
		return quoted(text, at + 1, "/", { isComputed: true });
	// A character: one that quotes would begin a text. `a ?'b':'c'` has none.
	if (/^\?["'`#/](?=[\s),.\]]|$)/.test(rest) && !/[\w\])]$/.test(before))
		return { start: at + 1, end: at + 2, next: at + 2, isHeredoc: false };
	return heredocAt(text, at, bodiesFrom);
}

/** The comment that begins at an offset: where it ends, which is at the end of a line. */
export function commentAt(text: string, at: number): number | undefined {
	if (text.charAt(at) === "#") return endOfLine(text, at);
	const isBlock = at === 0 || text.charAt(at - 1) === "\n";
	if (!isBlock || !/^=begin\s/.test(text.slice(at, at + 7))) return undefined;
	const end = text.indexOf("\n=end", at);
	return end === -1 ? text.length : endOfLine(text, end + 1);
}

/**
 * The texts of a Ruby program that go on to a line with a word of their own (`<<~EOS`). What looks like one in another
 * text or in a comment is none.
 */
export function heredocsIn(text: string): readonly RubyLiteral[] {
	const heredocs: RubyLiteral[] = [];
	let bodiesEnd: number | undefined;
	for (let at = 0; at < text.length; at++) {
		const comment = commentAt(text, at);
		if (comment !== undefined) at = comment;
		if (text.charAt(at) === "\n" && bodiesEnd !== undefined) {
			at = bodiesEnd;
			bodiesEnd = undefined;
		}
		const literal = literalAt(text, at, bodiesEnd);
		if (literal === undefined) continue;
		if (literal.isHeredoc) {
			heredocs.push(literal);
			bodiesEnd = endOfLine(text, literal.end);
		}
		at = literal.next - 1;
	}
	return heredocs;
}

/** Where the line ends that holds an offset. */
export function endOfLine(text: string, at: number): number {
	const newline = text.indexOf("\n", at);
	return newline === -1 ? text.length : newline;
}

/** Without the line that closes it, it is none: `list <<ITEM` adds to a list. */
function heredocAt(
	text: string,
	at: number,
	bodiesFrom = endOfLine(text, at),
): RubyLiteral | undefined {
	const [opening, , word = ""] =
		/^<<[-~]?(["'`]?)([A-Za-z_]\w*)\1/.exec(text.slice(at, at + 200)) ?? [];
	if (opening === undefined) return undefined;
	const start = bodiesFrom + 1;
	const closing = new RegExp(`^[ \\t]*${word}[ \\t\\r]*$`, "m");
	const length = closing.exec(text.slice(start))?.index;
	if (length === undefined) return undefined;
	const next = at + opening.length;
	return { start, end: start + length, next, isHeredoc: true };
}

function quoted(
	text: string,
	start: number,
	closing: string,
	{
		isComputed,
		nested,
	}: {
		/** Whether it may hold expressions (`#{…}`), which have quotes of their own. */
		readonly isComputed: boolean;
		readonly nested?: string | undefined;
	},
): RubyLiteral {
	let depth = 0;
	let end = start;
	for (; end < text.length; end++) {
		const character = text.charAt(end);
		if (character === closing && depth === 0) break;
		if (character === closing) depth--;
		else if (character === nested) depth++;
		else if (character === "\\") end++;
		else if (isComputed && text.startsWith("#{", end))
			end = closingBrace(text, end + 2);
	}
	end = Math.min(end, text.length);
	return { start, end, next: end + 1, isHeredoc: false };
}

/** Where the expression within a text ends. */
function closingBrace(text: string, from: number): number {
	let depth = 0;
	for (let at = from; at < text.length; at++) {
		const literal = literalAt(text, at);
		if (literal !== undefined) {
			at = literal.next - 1;
			continue;
		}
		const character = text.charAt(at);
		if (character === "}" && depth === 0) return at;
		if (character === "}") depth--;
		if (character === "{") depth++;
	}
	return text.length;
}
