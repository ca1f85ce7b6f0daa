import {
	type Document,
	isAlias,
	isMap,
	isPair,
	isScalar,
	type Pair,
	parseAllDocuments,
	type Scalar,
	visit,
	type YAMLMap,
} from "yaml";
import type { Range } from "./range.ts";
import { isObjectName, isSecretName } from "./secret-names.ts";

/** What the YAML of a text says of secrets in it. */
export interface YamlSecrets {
	/** Where they are. */
	readonly masked: readonly Range[];
	/** Where there is none, although it may look so: the names of objects of a cluster. */
	readonly shown: readonly Range[];
	/** What they are, as a program reads them. */
	readonly values: readonly string[];
}

/** Finds the secrets of a text that is YAML, or JSON; in any other text, none. */
export function secretsInYaml(text: string): YamlSecrets {
	const masked: Range[] = [];
	const shown: Range[] = [];
	const values: string[] = [];
	for (const document of documentsOf(text)) {
		if (document.errors.length > 0) continue;
		visit(document, (_key, node, path) => {
			const pairs = path.filter(isPair);
			const last = path.at(-1);
			// The name itself, and not what is called so.
			if (isPair(last) && last.key === node) return;
			const scalar = isAlias(node) ? node.resolve(document) : node;
			if (!isScalar(scalar)) return;
			const verdict = judge(pairs, path.findLast(isMap), document, scalar);
			const range = contentOf(scalar, text);
			if (range === undefined || verdict === undefined) return;
			if (verdict === "shown") shown.push(range);
			else {
				masked.push(range);
				values.push(String(scalar.value));
			}
		});
	}
	return { masked, shown, values };
}

function documentsOf(text: string): readonly Document[] {
	const parsed = parseAllDocuments(text, {
		schema: "failsafe",
		prettyErrors: false,
		logLevel: "silent",
		merge: true,
	});
	return Array.isArray(parsed) ? parsed : [];
}

/**
 * Whether a scalar is a secret, by the first that applies:
 *
 * | it is                                                     | it is          |
 * | --------------------------------------------------------- | -------------- |
 * | in the `data` of a Secret of Kubernetes                    | a secret       |
 * | one line in its `stringData`                               | a secret       |
 * | in the headers of a notification                           | a secret       |
 * | in `credentials`, other than their `type`                  | a secret       |
 * | called as objects of a cluster are (`existingSecret`)      | a name: shown  |
 * | `secret`, and beside it a `key` or in a `…Secret`          | a name: shown  |
 * | called as secrets are                                      | a secret       |
 * | anything else                                              | left to others |
 */
function judge(
	pairs: readonly Pair[],
	map: YAMLMap | undefined,
	document: Document,
	scalar: Scalar,
): "masked" | "shown" | undefined {
	const names = pairs.map(({ key }) => String(isScalar(key) ? key.value : key));
	const name = names.at(-1) ?? "";
	const value = String(scalar.value);
	if (document.get("kind") === "Secret") {
		if (names.includes("data")) return "masked";
		if (names.includes("stringData") && !value.includes("\n")) return "masked";
	}
	if (names.includes("notifications") && names.includes("headers"))
		return "masked";
	if (names.slice(0, -1).includes("credentials") && name !== "type")
		return "masked";
	if (isObjectName(name)) return "shown";
	if (name === "secret" && OBJECT.test(value)) {
		const parent = names.at(-2) ?? "";
		if (map?.has("key") || /.secret$/i.test(parent)) return "shown";
	}
	// The path of a file with a key.
	if (/private_?key$/i.test(name) && value.startsWith("/")) return "shown";
	return isSecretName(name) && value !== "" ? "masked" : undefined;
}

/** How objects of a cluster are called, and random characters hardly: words with hyphens between them. */
const OBJECT = /^[a-z]+([.-][a-z0-9]{1,16}){0,8}$/;

/** Where the text of a scalar is, without its quotes, or what begins a block. */
function contentOf({ range, type }: Scalar, text: string): Range | undefined {
	if (range == null) return undefined;
	const [start, end] = range;
	switch (type) {
		case "QUOTE_DOUBLE":
		case "QUOTE_SINGLE":
			return { start: start + 1, end: end - 1 };
		case "BLOCK_LITERAL":
		case "BLOCK_FOLDED": {
			const newline = text.indexOf("\n", start);
			return newline === -1 ? undefined : { start: newline + 1, end };
		}
		default:
			return { start, end };
	}
}
