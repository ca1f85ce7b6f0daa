import type { Range } from "./range.ts";

/** After these a text is no secret, but says where one is: a variable, a file, a key of a map. */
const FETCHERS =
	/(?:[\w\])]\[|\.(?:fetch|dig)\(|\b(?:File|IO)\.(?:read|binread|readlines|open|join)\()\s*$/;

/** What closes a text that `%q(` and its like begin. */
const CLOSING: Readonly<Record<string, string>> = {
	"(": ")",
	"[": "]",
	"{": "}",
	"<": ">",
};

/**
 * The texts that are written out in the Ruby expression that begins at an offset, without their quotes: up to the comma
 * or the bracket that ends it, or the end of its line. A text that is spread over lines is taken as a whole; what is
 * computed within one (`#{…}`) is taken with it.
 */
export function literalsOf(text: string, from: number): readonly Range[] {
	const ranges: Range[] = [];
	let depth = 0;
	let isBegun = false;
	for (let at = from; at < text.length; at++) {
		const character = text.charAt(at);
		if (character === "\n" && isBegun && depth === 0) break;
		if (character === "#") {
			const newline = text.indexOf("\n", at);
			if (newline === -1) break;
			at = newline - 1;
			continue;
		}
		if (/\s/.test(character)) continue;
		isBegun = true;
		const literal = literalAt(text, at);
		if (literal !== undefined) {
			if (!FETCHERS.test(text.slice(from, at)))
				ranges.push({ start: literal.start, end: literal.end });
			at = literal.next - 1;
			continue;
		}
		// The members of a map have names of their own.
		if (character === "{" && depth === 0) break;
		if ("([{".includes(character)) depth++;
		if (")]}".includes(character)) depth--;
		if (depth < 0 || (character === "," && depth === 0)) break;
	}
	return ranges;
}

/** The text that begins here, without what quotes it, and where the program goes on. */
function literalAt(
	text: string,
	at: number,
): (Range & { readonly next: number }) | undefined {
	const rest = text.slice(at, at + 200);
	const [quote] = /^["'`]/.exec(rest) ?? [];
	if (quote !== undefined) return until(text, at + 1, quote);
	const [opening, delimiter = ""] = /^%[qQwWiI]?([([{<|!/])/.exec(rest) ?? [];
	if (opening !== undefined)
		return until(text, at + opening.length, CLOSING[delimiter] ?? delimiter);
	const [, word] = /^<<[-~]?["']?([A-Z_]\w*)["']?/.exec(rest) ?? [];
	if (word === undefined) return undefined;
	const start = text.indexOf("\n", at) + 1;
	const end = new RegExp(`^[ \\t]*${word}[ \\t]*$`, "m").exec(
		text.slice(start),
	);
	const stop = end === null || start === 0 ? text.length : start + end.index;
	return { start: start === 0 ? at : start, end: stop, next: stop };
}

function until(
	text: string,
	start: number,
	closing: string,
): Range & { readonly next: number } {
	let end = start;
	while (end < text.length && text.charAt(end) !== closing)
		end += text.charAt(end) === "\\" ? 2 : 1;
	end = Math.min(end, text.length);
	return { start, end, next: end + 1 };
}
