import { isMap, type Pair, type YAMLMap } from "yaml";
import { exchangePair } from "./edit-yaml.ts";
import { isFlow, YamlText } from "./yaml-text.ts";
import { heldBy } from "./yaml-value.ts";

/**
 * Puts the driver of an original in place of the one that is there: with its comments, where both stand in lines that are
 * indented alike. Throws an `UneditableError`.
 */
export function originalPair(
	text: string,
	original: string,
	from: string,
	to: string,
): string {
	const source = new YamlText(original);
	const target = new YamlText(text);
	const theirs = driverPair(source, to);
	const ours = driverPair(target, from);
	const isAlike =
		ours !== undefined &&
		theirs !== undefined &&
		!isFlow(ours.map) &&
		!isFlow(theirs.map) &&
		target.newline === source.newline &&
		target.indent(ours.pair) === source.indent(theirs.pair);
	if (isAlike) {
		const lines = source.text.slice(
			source.start(theirs.pair),
			source.endOfLines(theirs.pair),
		);
		const start = target.start(ours.pair);
		const end = target.endOfLines(ours.pair);
		const isWhole = target.text.slice(start, end).endsWith("\n");
		const block = lines.replace(/\r?\n$/, "");
		return target.replace(start, end, isWhole ? block + target.newline : block);
	}
	const storage = heldBy(storageOf(source), source.document);
	const value = storage instanceof Map ? storage.get(to) : undefined;
	return exchangePair(text, ["storage", from], to, value ?? new Map());
}

function storageOf(yaml: YamlText): unknown {
	const top: unknown = yaml.document.contents;
	return isMap(top) ? yaml.pair(top, "storage")?.value : undefined;
}

function driverPair(
	yaml: YamlText,
	driver: string,
): { readonly map: YAMLMap; readonly pair: Pair } | undefined {
	const storage = storageOf(yaml);
	if (!isMap(storage)) return undefined;
	const pair = yaml.pair(storage, driver);
	return pair === undefined ? undefined : { map: storage, pair };
}
