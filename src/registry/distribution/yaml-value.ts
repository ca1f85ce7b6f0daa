import {
	type Document,
	isAlias,
	isMap,
	isNode,
	isScalar,
	isSeq,
	type YAMLMap,
} from "yaml";
import type { ParameterValue } from "../settings.ts";

/** A value that can be written down as YAML. */
export type YamlValue =
	| string
	| number
	| boolean
	/** A scalar as it stands somewhere: what it means depends on how it is written (`yes`, `017`). */
	| { readonly plain: string }
	| readonly YamlValue[]
	| YamlMap;

/** A map, its pairs in order. */
export type YamlMap = ReadonlyMap<string, YamlValue>;

/** The key that takes over what another map holds. */
const MERGE = "<<";

/**
 * What a node holds, without the aliases and merged maps that it is made of. `undefined`: it has something of which nobody
 * knows what it would be without it (a tag).
 */
export function heldBy(
	node: unknown,
	document: Document,
): YamlValue | undefined {
	if (node === null) return { plain: "" };
	if (isAlias(node)) return heldBy(node.resolve(document), document);
	if (!isNode(node) || node.tag !== undefined) return undefined;
	if (isMap(node)) return mapOf(node, document);
	if (isSeq(node)) {
		const items = node.items.map((item) => heldBy(item, document));
		return items.every((item) => item !== undefined) ? items : undefined;
	}
	if (!isScalar(node)) return undefined;
	const { type, source = "" } = node;
	return type === "PLAIN" && !source.includes("\n")
		? { plain: source }
		: String(node.value);
}

function mapOf(map: YAMLMap, document: Document): YamlMap | undefined {
	const own = new Map<string, YamlValue>();
	const merged = new Map<string, YamlValue>();
	for (const { key, value } of map.items) {
		const held = heldBy(value, document);
		if (held === undefined) return undefined;
		const name = nameOf(key);
		if (name !== MERGE) own.set(name, held);
		else
			for (const other of Array.isArray(held) ? held : [held])
				if (other instanceof Map)
					// The first of several goes before the others.
					for (const [inner, innerValue] of other)
						if (!merged.has(inner)) merged.set(inner, innerValue);
	}
	return new Map([...merged, ...own]);
}

/** The name of a pair. */
export function nameOf(key: unknown): string {
	if (!isScalar(key)) return String(key);
	return typeof key.value === "symbol" ? MERGE : String(key.value);
}

function yamlOf(value: ParameterValue): YamlValue {
	return typeof value === "object" ? yamlMapOf(value) : value;
}

/** The parameters of a driver, to be written down. */
export function yamlMapOf(
	values: Readonly<Record<string, ParameterValue>>,
): YamlMap {
	return new Map(
		Object.entries(values).map(([name, value]) => [name, yamlOf(value)]),
	);
}
