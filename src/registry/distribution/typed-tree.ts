import { parseDocument } from "yaml";

/** What a configuration holds, with numbers and booleans as registries read them: by YAML 1.1. Throws nothing for what `parseYaml` takes. */
export function typedTree(text: string): unknown {
	const document = parseDocument(text, {
		version: "1.1",
		merge: true,
		logLevel: "error",
	});
	return document.toJS();
}
