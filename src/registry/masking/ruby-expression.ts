import type { Range } from "./range.ts";
import { commentAt, endOfLine, literalAt } from "./ruby-literals.ts";

/** After these a text is no secret, but says where one is: a variable, a file, a key of a map. */
const FETCHERS =
	/(?:[\w\])]\[|\.(?:fetch|dig)\(|\b(?:File|IO)\.(?:read|binread|readlines|open|join)\()\s*$/;

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
	let bodiesEnd: number | undefined;
	let at = from;
	for (; at < text.length; at++) {
		const comment = commentAt(text, at);
		if (comment !== undefined) at = comment;
		const character = text.charAt(at);
		const isBegun = computed.trim() !== "" || literals.length > 0;
		if (character === "\n" && isBegun && depth === 0) break;
		if (character === "\n" && bodiesEnd !== undefined) {
			at = bodiesEnd;
			bodiesEnd = undefined;
			continue;
		}
		const literal = literalAt(text, at, bodiesEnd);
		if (literal !== undefined) {
			const isKey =
				depth > 0 &&
				/^\s*(?:=>|:(?!:))/.test(text.slice(literal.next, literal.next + 80));
			const isFetched = FETCHERS.test(text.slice(Math.max(from, at - 200), at));
			if (!isKey && !isFetched)
				literals.push({ start: literal.start, end: literal.end });
			if (literal.isHeredoc) bodiesEnd = endOfLine(text, literal.end);
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
