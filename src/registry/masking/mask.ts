import { merged, overlap, type Range } from "./range.ts";
import { secretsInText } from "./secrets-in-text.ts";
import { secretsInYaml } from "./secrets-in-yaml.ts";

/** What stands for a secret. */
export const MASK = "***";

/** A shorter secret is masked where it is named, and not elsewhere: it would be found in words. */
const LEAST_LENGTH = 6;

/** The secrets that a text holds, and where. */
interface Found {
	readonly ranges: readonly Range[];
	readonly values: readonly string[];
}

/**
 * Masks the secrets in texts: those that are named so, in YAML, JSON or Ruby (`isRuby`), in comments too; what looks
 * like one anywhere (passwords in URLs, tokens, private keys); and each of these, and of `secrets`, wherever else it
 * stands in any of the texts. Each text has as many lines afterwards as before.
 */
export function maskedLines(
	texts: readonly { readonly text: string; readonly isRuby: boolean }[],
	secrets: readonly string[] = [],
): readonly (readonly string[])[] {
	const found = texts.map(({ text, isRuby }) => secretsOf(text, isRuby));
	const known = [...secrets, ...found.flatMap(({ values }) => values)];
	const literals = [...new Set(known.flatMap(spellings))];
	return texts.map(({ text }, index) => {
		const ranges = [
			...(found[index]?.ranges ?? []),
			...literals.flatMap((literal) => occurrences(text, literal)),
		];
		return masked(text, merged(ranges)).split("\n");
	});
}

/** What a command printed, as it may be shown (I7). */
export function maskedText(text: string): string {
	const [lines = []] = maskedLines([{ text, isRuby: false }]);
	return lines.join("\n");
}

/** A shell line as it may be shown (I7): each of its words by itself, so that those after a secret are still seen. */
export function maskedCommand(line: string): string {
	return line.replace(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g, maskedText);
}

function secretsOf(text: string, isRuby: boolean): Found {
	const yaml = isRuby
		? { masked: [], shown: [], values: [] }
		: secretsInYaml(text);
	const inText = secretsInText(text, isRuby).filter(
		(range) => !yaml.shown.some((shown) => overlap(shown, range)),
	);
	const ranges = [...yaml.masked, ...inText];
	const values = inText.map(({ start, end }) => text.slice(start, end).trim());
	return { ranges, values: [...yaml.values, ...values] };
}

/** How a secret may be written elsewhere; each line of a long one, and none that is a word of the language. */
function spellings(secret: string): readonly string[] {
	const lines = secret.includes("\n")
		? secret.split("\n").map((line) => line.trim())
		: [];
	return [
		secret,
		JSON.stringify(secret).slice(1, -1),
		encodeURIComponent(secret.isWellFormed() ? secret : ""),
		Buffer.from(secret).toString("base64"),
		...lines.filter((line) => line.length >= 16),
	].filter((text) => text.length >= LEAST_LENGTH);
}

function occurrences(text: string, literal: string): readonly Range[] {
	const ranges: Range[] = [];
	for (
		let at = text.indexOf(literal);
		at !== -1;
		at = text.indexOf(literal, at + 1)
	)
		ranges.push({ start: at, end: at + literal.length });
	return ranges;
}

/** The text with a mask in place of each range, or of what each of its lines has of it. */
function masked(text: string, ranges: readonly Range[]): string {
	let result = "";
	let at = 0;
	for (const { start, end } of ranges) {
		result += text.slice(at, start);
		result += text
			.slice(start, end)
			.split("\n")
			.map((line) => line.replace(/\S(?:.*\S)?/, MASK))
			.join("\n");
		at = end;
	}
	return result + text.slice(at);
}
