import { createHash } from "node:crypto";
import { isMap } from "../configuration-yaml.ts";
import { isSame, mapOf, type Tree, valueAt, withValueAt } from "../tree.ts";

/** Values of a chart, or an object of the cluster, as JSON has them. Secrets inside (I7). */
export type Values = Tree;

/** A value and where it is: names, from the outermost. */
export interface Leaf {
	readonly path: readonly string[];
	readonly value: unknown;
}

/** All that is in a tree and is no map with something in it. */
function leavesOf(
	tree: unknown,
	parent: readonly string[] = [],
): readonly Leaf[] {
	if (!isMap(tree) || Object.keys(tree).length === 0)
		return parent.length === 0 ? [] : [{ path: parent, value: tree }];
	return Object.entries(tree).flatMap(([name, value]) =>
		leavesOf(value, [...parent, name]),
	);
}

/** Values with each of these in its place. */
export function withLeaves(values: Values, leaves: readonly Leaf[]): Values {
	return leaves.reduce<Values>(
		(tree, { path, value }) => mapOf(withValueAt(tree, path, value)),
		values,
	);
}

/** A hash of values that does not depend on the order of names. */
export function hashOf(values: Values): string {
	const ordered = JSON.stringify(values, (_, value: unknown) =>
		isMap(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
	);
	return createHash("sha256").update(ordered).digest("hex");
}

export interface UndoneValues {
	readonly values: Values;
	/** Names of values that we had set and somebody else has set since: they are left as they are. */
	readonly left: readonly string[];
}

/**
 * Undoes in values what we set in them: what is still as we wrote it becomes what it was in the original, or goes, with
 * the maps around it that the original does not have.
 */
export function undoLeaves(
	current: Values,
	written: Values,
	original: Values,
): UndoneValues {
	const ours = leavesOf(written).filter(
		({ path, value }) => !isSame(valueAt(original, path), value),
	);
	let values = current;
	const left: string[] = [];
	for (const { path, value } of ours) {
		const now = valueAt(values, path);
		const before = valueAt(original, path);
		if (isSame(now, before)) continue;
		if (isSame(now, value))
			values = mapOf(
				before === undefined
					? withValueAt(values, goingPath(values, path, original), undefined)
					: withValueAt(values, path, before),
			);
		else left.push(path.join("."));
	}
	return { values, left };
}

/** The outermost thing around a value that holds nothing else, and that the original has not. */
function goingPath(
	values: Values,
	path: readonly string[],
	original: Values,
): readonly string[] {
	const parent = path.slice(0, -1);
	const isAlone = Object.keys(mapOf(valueAt(values, parent))).length === 1;
	return parent.length > 0 && isAlone && valueAt(original, parent) === undefined
		? goingPath(values, parent, original)
		: path;
}
