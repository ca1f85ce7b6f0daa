import fc from "fast-check";
import { expect, test } from "vitest";
import { editConfiguration } from "../../../src/registry/distribution/edit-configuration.ts";
import { typedTree } from "../../../src/registry/distribution/typed-tree.ts";
import { undoConfiguration } from "../../../src/registry/distribution/undo-configuration.ts";
import { valueAt } from "../../../src/registry/tree.ts";
import { CONFIGURATION_FILES } from "./configuration-files.ts";

/** What YAML reads otherwise than as the text that it is, or not at all. */
const ODD = fc.constantFrom(
	...["", " ", "~", "null", "yes", "No", "ON", "0x1F", "017", "1_000", "1e3"],
	...["e0", "E-5", "e5x"],
	...["2001-01-01", "12:30:45", ".inf", "=", "<<", "*a", "&a", "!a", "a: b"],
	...["a #b", "- a", "'a'", '"a"', "{a}", "[a]", "a,b", "%a", "@a", "`a`"],
	...[
		"|",
		">",
		"---",
		"...",
		"a\nb",
		"a\tb",
		"\u0085",
		"\u2028",
		"\uFEFF",
		"é🙂",
	],
);
const text = fc.oneof(
	ODD,
	fc.string(),
	fc.string({ unit: "binary" }).map((one) => one.toWellFormed()),
);
const name = fc.stringMatching(/^[a-z][a-z_]{0,12}$/);
const scalar = fc.oneof(text, fc.boolean(), fc.integer());
const parameters = fc.dictionary(
	name,
	fc.oneof(
		scalar,
		fc.dictionary(name, scalar, { minKeys: 1, noNullPrototype: true }),
	),
	{ noNullPrototype: true },
);

test("whatever a driver's parameters hold is what the edited file says, and comes back", () => {
	fc.assert(
		fc.property(
			fc.constantFrom(...CONFIGURATION_FILES),
			parameters,
			(file, held) => {
				const storage = { driver: "another", parameters: held };
				const written = editConfiguration(file.text, { storage }, file.name);
				const tree = typedTree(written);
				expect(valueAt(tree, ["storage", "another"])).toEqual(held);
				const undone = undoConfiguration(
					{ current: `${written}`, written, original: file.text },
					file.name,
				);
				expect(undone.left).toEqual([]);
				expect(valueAt(typedTree(undone.text), ["storage", "another"])).toBe(
					undefined,
				);
			},
		),
		{ numRuns: 300 },
	);
});
