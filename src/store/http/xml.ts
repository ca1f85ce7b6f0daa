import { decodeXML } from "entities";

/**
 * The text of the first `<name>` between two positions; `undefined` when there is none, or an empty one spelled
 * `<name/>`. Throws a `SyntaxError` when it is cut off, or holds more than text.
 */
export function element(
	xml: string,
	name: string,
	start: number,
	end: number,
): string | undefined {
	const open = xml.indexOf(`<${name}>`, start);
	if (open === -1 || open >= end) return undefined;
	const textStart = open + name.length + 2;
	const textEnd = xml.indexOf("<", textStart);
	if (textEnd === -1 || textEnd >= end || xml[textEnd + 1] !== "/")
		throw new SyntaxError(`an unfinished ${name} element`);
	const text = xml.slice(textStart, textEnd);
	return text.includes("&") ? decodeXML(text) : text;
}
