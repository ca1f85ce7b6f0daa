import { type Document, isMap, isScalar, type Pair, type YAMLMap } from "yaml";
import { blockLines, flowPair, flowText } from "./render-yaml.ts";
import { isFlow, rangeOf, YamlText } from "./yaml-text.ts";
import { heldBy, nameOf, type YamlMap, type YamlValue } from "./yaml-value.ts";

/** Names from the top of a document to a value in maps. */
export type Path = readonly [string, ...string[]];

/** Something in a YAML document that cannot be edited without touching more than is meant. The message is a clause. */
export class UneditableError extends Error {
	override readonly name = "UneditableError";
}

/**
 * Sets a value, and makes the maps that lead there where there are none. What is an alias on the way, or is there by a
 * merged map, is written out in that place. Throws an `UneditableError`.
 */
export function setValue(text: string, path: Path, value: YamlValue): string {
	const yaml = new YamlText(text);
	const { map, pair, name, rest } = locate(yaml, path);
	if (pair === undefined) {
		const merged = inherited(map, name, yaml.document);
		const whole = withValue(merged, rest, value, path);
		return insertPair(yaml, map, name, whole);
	}
	const scalar = pair.value;
	if (rest.length === 0 && isScalar(scalar) && typeof value !== "object") {
		const [start = 0, end = 0] = rangeOf(scalar) ?? [];
		if (end > start)
			return yaml.replace(start, end, flowText(value, yaml.style(map)));
	}
	const held = heldBy(pair.value, yaml.document);
	if (held === undefined) throw tagged(name);
	return replacePair(
		yaml,
		map,
		pair,
		{ name, value: withValue(held, rest, value, path) },
		yaml.end(pair),
	);
}

/** Puts another pair in place of one. Throws an `UneditableError`. */
export function exchangePair(
	text: string,
	path: Path,
	name: string,
	value: YamlValue,
): string {
	const yaml = new YamlText(text);
	const { map, pair, rest } = locate(yaml, path);
	if (pair === undefined || rest.length > 0)
		throw new UneditableError(
			`its ${path.join(".")} is there by a YAML alias or a merged map`,
		);
	// Its comments go with it.
	return replacePair(yaml, map, pair, { name, value }, yaml.endOfLines(pair));
}

/** Removes a value; a map in which nothing else is stays, empty. Throws an `UneditableError`. */
export function removeValue(text: string, path: Path): string {
	const yaml = new YamlText(text);
	const { map, pair, rest, holder } = locate(yaml, path);
	if (pair === undefined || rest.length > 0)
		throw new UneditableError(
			`its ${path.join(".")} is there by a YAML alias or a merged map`,
		);
	if (map.items.length === 1 && holder !== undefined)
		return replacePair(
			yaml,
			holder.map,
			holder.pair,
			{ name: holder.name, value: new Map() },
			yaml.end(holder.pair),
		);
	return removePair(yaml, map, pair);
}

/** As far as maps of the document's own lead along a path. */
interface Place {
	readonly map: YAMLMap;
	/** The pair of `name` in `map`, if it is there. */
	readonly pair: Pair | undefined;
	readonly name: string;
	/** The names below it. */
	readonly rest: readonly string[];
	/** The pair that holds `map`; `undefined`: it is the top. */
	readonly holder:
		| { readonly map: YAMLMap; readonly pair: Pair; readonly name: string }
		| undefined;
}

function locate(yaml: YamlText, [first, ...others]: Path): Place {
	const top: unknown = yaml.document.contents;
	if (!isMap(top))
		throw new UneditableError("it is no map of names and values");
	let map: YAMLMap = top;
	let holder: Place["holder"];
	let name = first;
	for (let depth = 0; ; depth++) {
		const pair = yaml.pair(map, name);
		const rest = others.slice(depth);
		const [next] = rest;
		if (next === undefined || pair === undefined || !isMap(pair.value))
			return { map, pair, name, rest, holder };
		holder = { map, pair, name };
		map = pair.value;
		name = next;
	}
}

/** What a map has by others that are merged into it. */
function inherited(
	map: YAMLMap,
	name: string,
	document: Document,
): YamlValue | undefined {
	if (!map.items.some(({ key }) => nameOf(key) === "<<")) return undefined;
	const whole = heldBy(map, document);
	if (whole === undefined) throw tagged(name);
	return whole instanceof Map ? whole.get(name) : undefined;
}

function tagged(name: string): UneditableError {
	return new UneditableError(`there is a YAML tag in its ${name}`);
}

/** A value with another one set somewhere in it. */
function withValue(
	held: YamlValue | undefined,
	rest: readonly string[],
	value: YamlValue,
	path: Path,
): YamlValue {
	const [name, ...below] = rest;
	if (name === undefined) return value;
	const map = mapIn(held, path);
	return new Map([
		...map,
		[name, withValue(map.get(name), below, value, path)],
	]);
}

function mapIn(held: YamlValue | undefined, path: Path): YamlMap {
	if (held instanceof Map) return held;
	const isEmpty =
		held === undefined ||
		(typeof held === "object" &&
			"plain" in held &&
			/^(|~|null)$/i.test(held.plain));
	if (isEmpty) return new Map();
	throw new UneditableError(
		`what leads to its ${path.join(".")} is not a map of names and values`,
	);
}

function insertPair(
	yaml: YamlText,
	map: YAMLMap,
	name: string,
	value: YamlValue,
): string {
	const [first] = map.items;
	const last = map.items.at(-1);
	if (isFlow(map) || first === undefined || last === undefined)
		return insertIntoFlow(yaml, map, name, value);
	const indent = yaml.indent(first);
	if (indent === undefined)
		throw new UneditableError("a line of it holds more than can be told apart");
	const lines = blockLines(name, value, indent, yaml.step(map));
	const at = yaml.endOfLines(last);
	const isOpen = at === yaml.text.length && !yaml.text.endsWith("\n");
	const block = lines.join(yaml.newline);
	return yaml.replace(
		at,
		at,
		isOpen ? yaml.newline + block : block + yaml.newline,
	);
}

/** Before the first one: so no other line changes, and comments stay with what they are about. */
function insertIntoFlow(
	yaml: YamlText,
	map: YAMLMap,
	name: string,
	value: YamlValue,
): string {
	const style = yaml.style(map);
	const pair = flowPair(name, value, style);
	const [first] = map.items;
	if (first === undefined) {
		const [start = 0, end = 0] = rangeOf(map) ?? [];
		return yaml.replace(start, end, `{${pair}}`);
	}
	const at = yaml.start(first);
	const indent = yaml.indent(first);
	const isOwnLine = indent !== undefined && yaml.startOfLine(at) > 0;
	const separator = isOwnLine
		? `,${yaml.newline}${indent}`
		: style.isCompact
			? ","
			: ", ";
	return yaml.replace(at, at, `${pair}${separator}`);
}

function replacePair(
	yaml: YamlText,
	map: YAMLMap,
	pair: Pair,
	{ name, value }: { readonly name: string; readonly value: YamlValue },
	end: number,
): string {
	const start = yaml.start(pair);
	if (isFlow(map))
		return yaml.replace(
			start,
			yaml.end(pair),
			flowPair(name, value, yaml.style(map)),
		);
	const indent = yaml.indent(pair);
	if (indent === undefined)
		throw new UneditableError("a line of it holds more than can be told apart");
	const block = blockLines(name, value, indent, yaml.step(map))
		.join(yaml.newline)
		.slice(indent.length);
	const isWhole = yaml.text.slice(start, end).endsWith("\n");
	return yaml.replace(start, end, isWhole ? block + yaml.newline : block);
}

function removePair(yaml: YamlText, map: YAMLMap, pair: Pair): string {
	if (isFlow(map)) {
		const index = map.items.indexOf(pair);
		const next = map.items[index + 1];
		const previous = map.items[index - 1];
		if (next !== undefined)
			return yaml.replace(yaml.start(pair), yaml.start(next), "");
		return yaml.replace(
			previous === undefined ? yaml.start(pair) : yaml.end(previous),
			yaml.end(pair),
			"",
		);
	}
	const start = yaml.startOfLine(yaml.start(pair));
	const end = yaml.endOfLines(pair);
	const isOpen = end === yaml.text.length && !yaml.text.endsWith("\n");
	return yaml.replace(isOpen ? start - yaml.newline.length : start, end, "");
}
