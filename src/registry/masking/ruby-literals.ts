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

/** What is written out in a Ruby expression. */
export interface RubyExpression extends Range {
	/** Its texts, without their quotes; but those that say where another is. */
	readonly literals: readonly Range[];
	/** The rest of it: what is computed. */
	readonly computed: string;
}

/**
 * The Ruby expression that begins at an offset: up to the comma or the bracket that ends it, or the end of its line. A
 * text that is spread over lines is taken as a whole; what is computed within one (`#{…}`) is taken with it. A map is
 * left to the names of its members, unless `withMaps`: then all of its values are taken.
 */
export function expressionAt(
	text: string,
	from: number,
	{ withMaps = false }: { readonly withMaps?: boolean | undefined } = {},
): RubyExpression {
	const literals: Range[] = [];
	let computed = "";
	let depth = 0;
	let at = from;
	for (; at < text.length; at++) {
		const character = text.charAt(at);
		const isBegun = computed.trim() !== "" || literals.length > 0;
		if (character === "\n" && isBegun && depth === 0) break;
		if (character === "#") {
			const newline = text.indexOf("\n", at);
			if (newline === -1) break;
			at = newline - 1;
			continue;
		}
		const literal = literalAt(text, at);
		if (literal !== undefined) {
			const isKey =
				depth > 0 &&
				/^\s*(?:=>|:(?!:))/.test(text.slice(literal.next, literal.next + 80));
			const isFetched = FETCHERS.test(text.slice(Math.max(from, at - 200), at));
			if (!isKey && !isFetched)
				literals.push({ start: literal.start, end: literal.end });
			// A text is worth a word, so that what is around it is not taken for one.
			computed += ' "" ';
			at = literal.next - 1;
			continue;
		}
		if (character === "{" && depth === 0 && !withMaps) break;
		if ("([{".includes(character)) depth++;
		if (")]}".includes(character)) depth--;
		if (depth < 0 || (character === "," && depth === 0)) break;
		computed += character;
	}
	return { literals, computed, start: from, end: at };
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
