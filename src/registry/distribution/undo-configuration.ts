import type { UndoneText, UndoTexts } from "../kept-file/undo.ts";
import { parseStorage } from "../storage-section.ts";
import { isSame, valueAt, withValueAt } from "../tree.ts";
import {
	DATABASE,
	Edits,
	GC_DISABLED,
	READ_ONLY,
	REDIRECT,
	requireStorage,
} from "./edit-configuration.ts";
import { type Path, removeValue, setValue } from "./edit-yaml.ts";
import { originalPair } from "./original-pair.ts";
import { typedTree } from "./typed-tree.ts";

/** What a key holds in the three texts. */
interface Three {
	readonly current: unknown;
	readonly written: unknown;
	readonly original: unknown;
}

/**
 * | we changed it | it is as it was | it is as we wrote it | what is done with a key                      |
 * | ------------- | --------------- | -------------------- | -------------------------------------------- |
 * | no            | -               | -                    | none of ours: keep                           |
 * | yes           | yes             | -                    | somebody has put it back already: keep       |
 * | yes           | no              | yes                  | put back                                     |
 * | yes           | no              | no                   | somebody has changed it since: leave, say so |
 */
export function decideKey({
	current,
	written,
	original,
}: Three): "keep" | "put-back" | "leave" {
	if (isSame(written, original) || isSame(current, original)) return "keep";
	return isSame(current, written) ? "put-back" : "leave";
}

/**
 * Undoes our own keys in a `config.yml` that somebody else has changed as well: the driver and its parameters, and the
 * four that `editConfiguration` sets. Maps that we made go with them, unless somebody else has put something in. Throws a
 * `ConfigurationError`, as `editConfiguration` does.
 */
export function undoConfiguration(texts: UndoTexts, file: string): UndoneText {
	for (const text of Object.values(texts)) requireStorage(text, file);
	const trees = {
		current: typedTree(texts.current),
		written: typedTree(texts.written),
		original: typedTree(texts.original),
	};
	const edits = new Edits(texts.current, file);
	const left: string[] = [];
	const driver = {
		current: driverOf(texts.current, file),
		written: driverOf(texts.written, file),
		original: driverOf(texts.original, file),
	};
	const decision = decideKey(driver);
	if (decision === "leave") left.push(`storage.${driver.written.name}`);
	if (decision === "put-back") {
		const from = driver.current.name;
		const { name, parameters } = driver.original;
		edits.apply(
			(text) => originalPair(text, texts.original, from, name),
			(tree) =>
				withValueAt(
					withValueAt(tree, ["storage", from], undefined),
					["storage", name],
					parameters,
				),
		);
	}
	for (const path of [READ_ONLY, REDIRECT, DATABASE, GC_DISABLED]) {
		const key = at(trees, path);
		const decision = decideKey(key);
		if (decision === "leave") left.push(path.join("."));
		if (decision === "put-back") putBack(edits, trees, path);
	}
	return { text: edits.proven(), left };
}

function driverOf(text: string, file: string) {
	const name = parseStorage(text, file).driver;
	const storage = valueAt(typedTree(text), ["storage"]);
	const parameters = valueAt(storage, [name]);
	return { name, parameters: parameters === undefined ? {} : parameters };
}

function at(trees: Three, path: readonly string[]): Three {
	return {
		current: valueAt(trees.current, path),
		written: valueAt(trees.written, path),
		original: valueAt(trees.original, path),
	};
}

function putBack(edits: Edits, trees: Three, path: Path): void {
	const { original } = at(trees, path);
	if (original !== undefined) {
		const scalar =
			typeof original === "boolean" || typeof original === "number"
				? original
				: String(original);
		edits.apply(
			(text) => setValue(text, path, scalar),
			(tree) => withValueAt(tree, path, scalar),
		);
		return;
	}
	const [first, ...rest] = path;
	for (let depth = 0; depth <= rest.length; depth++) {
		const place: Path = [first, ...rest.slice(0, depth)];
		const held = at(trees, place);
		const isOurs =
			held.original === undefined && isSame(held.current, held.written);
		if (!isOurs) continue;
		const holder = valueAt(edits.tree, place.slice(0, -1));
		edits.apply(
			(text) => removeValue(text, place),
			(tree) => withoutValue(tree, place, holder),
		);
		return;
	}
}

/** What is left of a tree when a value is removed: also an empty map that held it. */
function withoutValue(tree: unknown, place: Path, holder: unknown): unknown {
	const isLast = Object.keys(Object(holder)).length === 1 && place.length > 1;
	return isLast
		? withValueAt(tree, place.slice(0, -1), {})
		: withValueAt(tree, place, undefined);
}
