import {
	type Document,
	isMap,
	type Pair,
	parseDocument,
	type YAMLMap,
} from "yaml";
import { SCALARS_AS_WRITTEN } from "../configuration-yaml.ts";
import { BLOCK_STYLE, type YamlStyle } from "./render-yaml.ts";
import { nameOf } from "./yaml-value.ts";

/**
 * A YAML document as a text of which pieces are replaced, so that all the rest of it stays as its author wrote it. Positions
 * are offsets into the text.
 */
export class YamlText {
	readonly text: string;
	readonly document: Document;
	/** What ends its lines. */
	readonly newline: string;

	constructor(text: string) {
		this.text = text;
		this.document = parseDocument(text, {
			...SCALARS_AS_WRITTEN,
			keepSourceTokens: true,
		});
		this.newline = text.includes("\r\n") ? "\r\n" : "\n";
	}

	/** The pair of this name, if the map itself has it. */
	pair(map: YAMLMap, name: string): Pair | undefined {
		return map.items.find(({ key }) => nameOf(key) === name);
	}

	/** Where a pair begins. */
	start(pair: Pair): number {
		const { start, key } = token(pair);
		const properties = start.filter(
			({ type }) =>
				type === "anchor" || type === "tag" || type === "explicit-key-ind",
		);
		const begins = [...properties, ...(key ? [key] : [])];
		return Math.min(...begins.map(({ offset }) => offset));
	}

	/** Right after the colon of a pair; `undefined`: it has none. */
	afterColon(pair: Pair): number | undefined {
		const colon = token(pair).sep?.find(({ type }) => type === "map-value-ind");
		return colon === undefined ? undefined : colon.offset + 1;
	}

	/** Where the value of a pair ends. */
	end(pair: Pair): number {
		const [start = 0, valueEnd = 0] = rangeOf(pair.value) ?? [];
		// Where nothing is, the place of nothing may be lines farther down.
		const end = valueEnd > start ? valueEnd : 0;
		return Math.max(end, this.afterColon(pair) ?? 0, this.start(pair));
	}

	/**
	 * Where the last line of a pair in block style ends, after its newline; comments that are indented more than the pair
	 * belong to it.
	 */
	endOfLines(pair: Pair): number {
		const column = this.indent(pair)?.length ?? 0;
		let end = this.#endOfLine(this.end(pair));
		for (let at = end; at < this.text.length; ) {
			const next = this.#endOfLine(at + 1);
			const line = this.text.slice(at, next);
			const before = /^( *)#/.exec(line)?.[1]?.length;
			at = next;
			if (before !== undefined && before > column) end = next;
			else if (line.trim() !== "") break;
		}
		return end;
	}

	/** Where the line that holds a position begins. */
	startOfLine(at: number): number {
		const start = this.text.lastIndexOf("\n", at - 1) + 1;
		return start === 0 && this.text.startsWith("\uFEFF") ? 1 : start;
	}

	/** What a pair is indented by; `undefined`: something else stands before it on its line. */
	indent(pair: Pair): string | undefined {
		const start = this.start(pair);
		const before = this.text.slice(this.startOfLine(start), start);
		return /^[ \t]*$/.test(before) ? before : undefined;
	}

	/** By what a map is indented within this one: as those that are there. */
	step(map: YAMLMap): string {
		for (const pair of map.items) {
			const { value } = pair;
			if (!isMap(value) || isFlow(value)) continue;
			const [first] = value.items;
			const outer = this.indent(pair);
			const inner = first === undefined ? undefined : this.indent(first);
			if (outer !== undefined && inner !== undefined)
				return inner.slice(outer.length);
		}
		const top: unknown = this.document.contents;
		return isMap(top) && top !== map ? this.step(top) : "  ";
	}

	/** How what is put into a map is written. */
	style(map: YAMLMap): YamlStyle {
		const [first] = map.items;
		if (!isFlow(map) || first === undefined) return BLOCK_STYLE;
		const isQuoted = this.text[this.start(first)] === '"';
		const value = this.text[this.afterColon(first) ?? 0];
		return { isQuoted, isCompact: isQuoted && !/\s/.test(value ?? " ") };
	}

	/** The text with another one in place of a piece. */
	replace(from: number, to: number, by: string): string {
		return this.text.slice(0, from) + by + this.text.slice(to);
	}

	#endOfLine(at: number): number {
		if (this.text[at - 1] === "\n") return at;
		const newline = this.text.indexOf("\n", at);
		return newline === -1 ? this.text.length : newline + 1;
	}
}

/** Whether a map stands between braces. */
export function isFlow(map: YAMLMap): boolean {
	return map.flow === true;
}

function token({ srcToken }: Pair): NonNullable<Pair["srcToken"]> {
	if (srcToken === undefined)
		throw new Error("A pair has no place in the text");
	return srcToken;
}

/** Where a node begins, where its value ends, and where it ends. */
export function rangeOf(node: unknown): readonly number[] | undefined {
	if (typeof node !== "object" || node === null || !("range" in node))
		return undefined;
	return Array.isArray(node.range) ? node.range : undefined;
}
