import {
	type DocumentOptions,
	LineCounter,
	type ParseOptions,
	parseDocument,
	type SchemaOptions,
} from "yaml";
import { ConfigurationError } from "./configuration-error.ts";

/** How YAML is read so that no scalar is more than a string or null: numbers and booleans would lose how they are written. */
export const SCALARS_AS_WRITTEN: ParseOptions &
	DocumentOptions &
	SchemaOptions = {
	schema: "failsafe",
	customTags: ["null"],
	merge: true,
	prettyErrors: false,
	logLevel: "error",
};

/**
 * The content of a YAML document, its scalars as they are written (`SCALARS_AS_WRITTEN`). What a parser says of a mistake may quote the line, and with it a secret: only its place is told (I7).
 */
export function parseYaml(text: string, file: string): unknown {
	const lineCounter = new LineCounter();
	const document = parseDocument(text, {
		...SCALARS_AS_WRITTEN,
		lineCounter,
	});
	const malformed = (reason: string) =>
		new ConfigurationError("malformed", file, reason, {
			suggestions: ["Is it the registry's configuration, config.yml?"],
		});
	const [error] = document.errors;
	if (error !== undefined) {
		const { line, col } = lineCounter.linePos(error.pos[0]);
		const what =
			error.code === "DUPLICATE_KEY"
				? "a name is there twice"
				: error.code === "MULTIPLE_DOCS"
					? "a second document begins"
					: "it is not YAML";
		throw malformed(`${what} (line ${line}, column ${col})`);
	}
	try {
		return document.toJS();
	} catch {
		// An alias of what is not there, or of more than is good.
		throw malformed("its YAML aliases cannot be resolved");
	}
}

/** Whether what YAML held is a map of names and values. */
export function isMap(
	value: unknown,
): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
