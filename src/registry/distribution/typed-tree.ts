import { isDeepStrictEqual } from "node:util";
import { parseDocument } from "yaml";
import { isMap } from "../configuration-yaml.ts";

/** What a configuration holds, with numbers and booleans as registries read them: by YAML 1.1. Throws nothing for what `parseYaml` takes. */
export function typedTree(text: string): unknown {
	const document = parseDocument(text, {
		version: "1.1",
		merge: true,
		logLevel: "error",
	});
	return document.toJS();
}

/** What is there below a path; `undefined`: nothing. */
export function valueAt(tree: unknown, path: readonly string[]): unknown {
	return path.reduce(
		(value, name) =>
			isMap(value) && Object.hasOwn(value, name) ? value[name] : undefined,
		tree,
	);
}

/** A tree with another value below a path; `undefined` takes it away. */
export function withValueAt(
	tree: unknown,
	[name, ...rest]: readonly string[],
	value: unknown,
): unknown {
	if (name === undefined) return value;
	const map = isMap(tree) ? tree : {};
	const inner = withValueAt(map[name], rest, value);
	const { [name]: _, ...others } = map;
	return inner === undefined ? others : { ...others, [name]: inner };
}

/** Whether two trees hold the same; the order of names does not count. */
export function isSame(one: unknown, other: unknown): boolean {
	return isDeepStrictEqual(one, other);
}
