import { isDeepStrictEqual } from "node:util";
import { isMap } from "./configuration-yaml.ts";

/** A map of maps, lists and scalars, as JSON and YAML have them. Secrets inside (I7). */
export type Tree = Readonly<Record<string, unknown>>;

/** A value, as a map: an empty one where it is none. */
export function mapOf(value: unknown): Tree {
	return isMap(value) ? value : {};
}

/** A value, as a list: an empty one where it is none. */
export function listOf(value: unknown): readonly unknown[] {
	return Array.isArray(value) ? value : [];
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
	const map = mapOf(tree);
	const inner = withValueAt(map[name], rest, value);
	const { [name]: _, ...others } = map;
	return inner === undefined ? others : { ...others, [name]: inner };
}

/** Whether two trees hold the same; the order of names does not count. */
export function isSame(one: unknown, other: unknown): boolean {
	return isDeepStrictEqual(one, other);
}
