import { isMap as isNodeMap } from "yaml";
import { ConfigurationError, refusing } from "../configuration-error.ts";
import { isMap, parseYaml } from "../configuration-yaml.ts";
import type { DriverSettings, Settings } from "../settings.ts";
import { parseStorage } from "../storage-section.ts";
import { isSame, valueAt, withValueAt } from "../tree.ts";
import {
	exchangePair,
	type Path,
	setValue,
	UneditableError,
} from "./edit-yaml.ts";
import { typedTree } from "./typed-tree.ts";
import { YamlText } from "./yaml-text.ts";
import { heldBy, type YamlValue, yamlMapOf } from "./yaml-value.ts";

/** Whether writes are refused. */
export const READ_ONLY: Path = [
	"storage",
	"maintenance",
	"readonly",
	"enabled",
];
/** Whether clients are kept from being sent to the store. */
export const REDIRECT: Path = ["storage", "redirect", "disable"];
/** Whether there is a metadata database. */
export const DATABASE: Path = ["database", "enabled"];
/** Whether garbage is not collected while the registry is in use. */
export const GC_DISABLED: Path = ["gc", "disabled"];

/**
 * Edits a `config.yml` to what it is to be configured to: pieces of the text are replaced or added, and all the rest, with
 * its comments, its order and its quotes, stays as it is. What the edited text holds is compared with what it is to hold,
 * so that nothing else changes its meaning, whatever anchors and aliases there are. Throws a `ConfigurationError` for what
 * cannot be edited so. `file` is its name.
 */
export function editConfiguration(
	text: string,
	settings: Settings,
	file: string,
): string {
	requireStorage(text, file);
	const whole = expandShortForm(text);
	const edits = new Edits(whole, file);
	const { storage, readOnly, redirectDisabled, database } = settings;
	const { onlineGarbageCollection } = settings;
	if (storage !== undefined) {
		const { driver } = parseStorage(edits.text, file);
		const kept = valueAt(edits.tree, ["storage", driver]);
		if (driver !== storage.driver || !isSame(kept ?? {}, storage.parameters))
			edits.apply(
				(before) => exchangeDriver(before, driver, storage),
				(tree) =>
					withValueAt(
						withValueAt(tree, ["storage", driver], undefined),
						["storage", storage.driver],
						storage.parameters,
					),
			);
	}
	edits.set(READ_ONLY, readOnly, false);
	edits.set(REDIRECT, redirectDisabled, false);
	edits.set(DATABASE, database, undefined);
	if (onlineGarbageCollection !== undefined)
		edits.set(GC_DISABLED, !onlineGarbageCollection, false);
	const edited = edits.proven();
	return edited === whole ? text : edited;
}

/** Edits of one text, of which it is known what they are to change. */
export class Edits {
	#text: string;
	#expected: unknown;
	readonly #file: string;

	constructor(text: string, file: string) {
		this.#text = text;
		this.#expected = typedTree(text);
		this.#file = file;
	}

	get text(): string {
		return this.#text;
	}

	/** What the text is to hold. */
	get tree(): unknown {
		return this.#expected;
	}

	/** Edits the text; what it holds changes as said. */
	apply(
		edit: (text: string) => string,
		change: (tree: unknown) => unknown = (tree) => tree,
	): void {
		try {
			this.#text = edit(this.#text);
		} catch (error) {
			if (!(error instanceof UneditableError)) throw error;
			throw this.#refusal(error.message);
		}
		this.#expected = change(this.#expected);
	}

	/** Sets a value, unless it is that already, or is `undefined`; what is not there is `absent`. */
	set(
		path: Path,
		value: boolean | undefined,
		absent: boolean | undefined,
	): void {
		const held = valueAt(this.#expected, path);
		if (value === undefined || (held === undefined ? absent : held) === value)
			return;
		this.apply(
			(text) => setValue(text, path, value),
			(tree) => withValueAt(tree, path, value),
		);
	}

	/** The text, if it holds exactly what it is to hold. Throws a `ConfigurationError`. */
	proven(): string {
		try {
			parseYaml(this.#text, this.#file);
		} catch (error) {
			if (!(error instanceof ConfigurationError)) throw error;
			throw this.#refusal(
				"something else in it refers to what would be changed",
			);
		}
		if (!isSame(typedTree(this.#text), this.#expected))
			throw this.#refusal(
				"something else in it would change with it, by a YAML anchor or alias",
			);
		return this.#text;
	}

	#refusal(reason: string): ConfigurationError {
		return refusing(this.#file)(
			`it cannot be edited without changing more than is meant: ${reason}`,
			"Write what is under storage there out, without anchors (&), aliases (*) and tags (!), and try again.",
		);
	}
}

/** Refuses what is not a registry's whole configuration. */
export function requireStorage(text: string, file: string): void {
	parseStorage(text, file);
	const top = parseYaml(text, file);
	if (isMap(top) && "storage" in top) return;
	throw refusing(file)(
		"it has no storage section",
		"Name the file that the registry is started with.",
	);
}

/** `storage: filesystem`, which has no place for anything else, becomes a map. */
function expandShortForm(text: string): string {
	const storage = valueAt(typedTree(text), ["storage"]);
	if (typeof storage !== "string") return text;
	return setValue(text, ["storage"], new Map([[storage, new Map()]]));
}

function exchangeDriver(
	text: string,
	driver: string,
	{ driver: name, parameters }: DriverSettings,
): string {
	const value = yamlMapOf(parameters);
	const yaml = new YamlText(text);
	const top: unknown = yaml.document.contents;
	const section = isNodeMap(top) ? yaml.pair(top, "storage")?.value : undefined;
	if (isNodeMap(section) && yaml.pair(section, driver) !== undefined)
		return exchangePair(text, ["storage", driver], name, value);
	// It is there by an alias or a merged map: the section is written out.
	const held = heldBy(section, yaml.document);
	if (!(held instanceof Map))
		throw new UneditableError("there is a YAML tag in its storage");
	const others = [...held].filter(([key]) => key !== driver);
	const whole: YamlValue = new Map([[name, value], ...others]);
	return setValue(text, ["storage"], whole);
}
