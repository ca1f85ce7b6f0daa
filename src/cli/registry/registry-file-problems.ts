import type * as v from "valibot";
import { mostSimilar } from "../similar.ts";
import { UsageError } from "../usage-error.ts";

/** Where something is in the file: names, and places in lists. */
export type Path = readonly (string | number)[];

/** Something that is wrong with the file, in words that follow its place. */
export interface Problem {
	readonly path: Path;
	readonly text: string;
}

export type AnySchema = v.GenericSchema<unknown, unknown>;

/** What a schema found, in words. `placed` says where in the file it is that the schema was given. */
export function problemOf(
	issue: v.BaseIssue<unknown>,
	schema: AnySchema,
	placed: (path: Path) => Path,
): Problem {
	const inner = (issue.path ?? []).map(({ key }) =>
		typeof key === "number" ? key : String(key),
	);
	const path = placed(inner);
	const name = path.at(-1);
	if (issue.expected === "never")
		return {
			path,
			text: `there is no "${name}"${suggested(String(name), schema)}`,
		};
	if (issue.received === "undefined")
		return { path, text: `"${name}" is missing` };
	const shown = path.length === 0 ? "it" : `"${shownPath(path)}"`;
	return { path, text: `${shown} has to be ${issue.message}` };
}

/** The name that was most likely meant. */
function suggested(name: string, schema: AnySchema): string {
	const names = Object.keys(
		"entries" in schema && typeof schema.entries === "object"
			? { ...schema.entries, kind: 0, nodes: 0, access: 0, cutover: 0 }
			: {},
	);
	const similar = mostSimilar(name, names);
	return similar === undefined
		? `: what there is are ${names.join(", ")}`
		: `: is it "${similar}"?`;
}

/** `nodes[1].restart` */
function shownPath(path: Path): string {
	return path
		.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`))
		.join("")
		.replace(/^\./, "");
}

/** All that is wrong, with the lines, each once. */
export function refusal(
	file: string,
	problems: readonly Problem[],
	lineOf: (path: Path) => number,
): UsageError {
	const lines = new Set(
		problems.map(({ path, text }) => `line ${lineOf(path)}: ${text}`),
	);
	const [first = "", ...others] = lines;
	return new UsageError(
		`Cannot use the registry file ${file}: ${first}`,
		others.map((line) => `Also, ${line}`),
	);
}
