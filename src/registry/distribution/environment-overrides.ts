import { ConfigurationError } from "../configuration-error.ts";
import { isMap, parseYaml } from "../configuration-yaml.ts";

/** Variables of a process, by name. Secrets inside (I7). */
export type ProcessEnvironment = Readonly<Record<string, string>>;

type Tree = Readonly<Record<string, unknown>>;

const PREFIX = "REGISTRY_";

/**
 * What a configuration has at its top; of other names the registry takes no notice. Source: configuration/configuration.go,
 * Configuration, of Distribution 2.8 and 3.1, and of GitLab's registry.
 */
const SECTIONS = [
	"log loglevel storage auth middleware http notifications redis health catalog tags proxy validation policy",
	"reporting compatibility",
	"database gc profiling",
].flatMap((names) => names.toUpperCase().split(" "));

/** Below these, what stands in the file has names of any kind to Go's parser, which then lets no variable reach into it. */
const LOOSE_SECTIONS = ["STORAGE", "AUTH"];

/** The names of the variables that override a configuration, in the order in which they do. */
export function overridesIn(
	environment: ProcessEnvironment,
): readonly string[] {
	return Object.keys(environment)
		.filter((name) => {
			const [section = ""] = name.slice(PREFIX.length).split("_");
			return name.startsWith(PREFIX) && SECTIONS.includes(section);
		})
		.sort();
}

/**
 * A configuration with what variables put over it, as the registry's own parser does: in the order of their names, each a
 * piece of YAML in place of what its name leads to, which is found whatever its letters' case. What is deeper in a driver's
 * parameters than one name is out of reach where the file has a map there (registry-facts: distribution#2974).
 * Source: configuration/parser.go, overwriteFields.
 */
export function withOverrides(
	tree: Tree,
	environment: ProcessEnvironment,
): Tree {
	return overridesIn(environment).reduce<Tree>((before, variable) => {
		const path = variable.slice(PREFIX.length).split("_");
		const value = payload(environment[variable] ?? "", variable);
		return overwrite(
			before,
			path,
			value,
			LOOSE_SECTIONS.includes(path[0] ?? ""),
			0,
		);
	}, tree);
}

function overwrite(
	map: Tree,
	[name = "", ...rest]: readonly string[],
	value: unknown,
	isLoose: boolean,
	depth: number,
): Tree {
	const key =
		Object.keys(map).find((one) => one.toUpperCase() === name) ??
		name.toLowerCase();
	if (rest.length === 0) return { ...map, [key]: value };
	const held = map[key];
	const isThere = held !== undefined && held !== null && held !== "";
	if (!isThere)
		return { ...map, [key]: overwrite({}, rest, value, isLoose, depth + 1) };
	if (Array.isArray(held))
		return { ...map, [key]: overwriteItem(held, rest, value) };
	// storage.DRIVER.PARAMETER is the last that has names of one kind.
	if (!isMap(held) || (isLoose && depth >= 2)) return map;
	return { ...map, [key]: overwrite(held, rest, value, isLoose, depth + 1) };
}

function overwriteItem(
	list: readonly unknown[],
	[index = "", ...rest]: readonly string[],
	value: unknown,
): readonly unknown[] {
	const at = Number(index);
	if (!/^\d+$/.test(index) || at > list.length) return list;
	const item = list[at];
	const next =
		rest.length === 0
			? value
			: overwrite(isMap(item) ? item : {}, rest, value, false, 0);
	return [...list.slice(0, at), next, ...list.slice(at + 1)];
}

function payload(text: string, variable: string): unknown {
	if (text === "") return "";
	try {
		return parseYaml(text, variable);
	} catch (error) {
		if (!(error instanceof ConfigurationError)) throw error;
		throw new ConfigurationError(
			"malformed",
			variable,
			"the variable of the registry's process is not YAML",
		);
	}
}
