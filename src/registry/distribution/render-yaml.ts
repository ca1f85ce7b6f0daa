import type { YamlMap, YamlValue } from "./yaml-value.ts";

/** How flow collections, and quotes, are written where a value is put. */
export interface YamlStyle {
	/** Every text between quotes, as JSON has them. */
	readonly isQuoted: boolean;
	/** Nothing after colons and commas, as JSON has it that no person wrote. */
	readonly isCompact: boolean;
}

/** How a person writes it, one pair a line. */
export const BLOCK_STYLE: YamlStyle = { isQuoted: false, isCompact: false };

/** The lines of a pair in block style; of what is within, each is indented by one `step` more. */
export function blockLines(
	name: string,
	value: YamlValue,
	indent: string,
	step: string,
): readonly string[] {
	const key = `${indent}${text(name, BLOCK_STYLE)}:`;
	if (isMap(value) && value.size > 0)
		return [
			key,
			...[...value].flatMap(([inner, innerValue]) =>
				blockLines(inner, innerValue, indent + step, step),
			),
		];
	const flow = flowText(value, BLOCK_STYLE);
	return [flow === "" ? key : `${key} ${flow}`];
}

/** A pair in flow style. */
export function flowPair(
	name: string,
	value: YamlValue,
	style: YamlStyle,
): string {
	const space = style.isCompact ? "" : " ";
	return `${text(name, style)}:${space}${flowText(value, style)}`;
}

/** A value in flow style, which may also stand in a block, if it is on one line. */
export function flowText(value: YamlValue, style: YamlStyle): string {
	const comma = style.isCompact ? "," : ", ";
	if (typeof value === "string") return text(value, style);
	if (typeof value === "number" || typeof value === "boolean")
		return String(value);
	if (isMap(value))
		return `{${[...value].map(([name, inner]) => flowPair(name, inner, style)).join(comma)}}`;
	if (isList(value))
		return `[${value.map((item) => flowText(item, style)).join(comma)}]`;
	// In flow style some plain texts would end early.
	return /[,[\]{}]/.test(value.plain)
		? JSON.stringify(value.plain)
		: value.plain;
}

function isMap(value: YamlValue | undefined): value is YamlMap {
	return value instanceof Map;
}

function isList(value: YamlValue): value is readonly YamlValue[] {
	return Array.isArray(value);
}

/** What some version of YAML, or a parser of it, reads as something else than a text: `e5` is an exponent to one. */
const WORDS = /^(y|n|yes|no|on|off|true|false|null|nan|inf|e-?\d+)$/i;

function text(value: string, { isQuoted }: YamlStyle): string {
	const isPlain = /^[a-z/][\w./-]*$/i.test(value) && !WORDS.test(value);
	return isPlain && !isQuoted ? value : quoted(value);
}

/** JSON's strings are YAML's, too; what not every parser takes as it is, is escaped. */
function quoted(value: string): string {
	return JSON.stringify(value).replaceAll(
		/[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
		(character) =>
			`\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
	);
}
