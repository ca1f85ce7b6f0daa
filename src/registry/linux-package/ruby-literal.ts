import type { ParameterValue } from "../settings.ts";

/** What one step of nesting is indented by, as in the package's own template. */
const INDENT = "  ";

/**
 * A value as Ruby source that evaluates to just that value, in every encoding that a file may be read in: only ASCII, and
 * nothing that Ruby would interpolate. Lines after the first are indented by `indent`.
 */
export function rubyLiteral(value: ParameterValue, indent = ""): string {
	if (typeof value === "string") return rubyString(value);
	if (typeof value !== "object") return String(value);
	const [[name, only] = [], ...others] = Object.entries(value);
	if (name === undefined || only === undefined) return "{}";
	if (others.length === 0 && typeof only !== "object")
		return `{ ${rubyString(name)} => ${rubyLiteral(only)} }`;
	const inner = indent + INDENT;
	const pairs = Object.entries(value).map(
		([key, item]) =>
			`${inner}${rubyString(key)} => ${rubyLiteral(item, inner)}`,
	);
	return `{\n${pairs.join(",\n")}\n${indent}}`;
}

function rubyString(text: string): string {
	if (/^[\x20-\x7e]*$/.test(text))
		return `'${text.replace(/[\\']/g, (character) => `\\${character}`)}'`;
	// Single quotes know no escapes, and raw characters need the right encoding.
	const escaped = text.replace(/[^\x20-\x7e]|["#\\]/gu, (character) =>
		/["#\\]/.test(character)
			? `\\${character}`
			: `\\u{${character.codePointAt(0)?.toString(16)}}`,
	);
	return `"${escaped}"`;
}
