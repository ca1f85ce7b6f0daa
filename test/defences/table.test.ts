import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import {
	DANGERS,
	type Defence,
	without,
} from "../../scripts/defences/defence.ts";
import { DEFENCES } from "../../scripts/defences/table.ts";

function textOf(file: string): string {
	return readFileSync(
		fileURLToPath(new URL(`../../${file}`, import.meta.url)),
		"utf8",
	);
}

const LITERAL = /"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'|`(?:[^`\\]|\\.)*`/g;

/** What may be the title of a test: the texts in a file, with whatever `test.each` fills in. */
function titlesIn(file: string): readonly RegExp[] {
	return (textOf(file).match(LITERAL) ?? []).map((literal) => {
		const text = literal.slice(1, -1).replaceAll(/\\(.)/g, "$1");
		const parts = text.split(/%[sijd]|\$\{[^}]*\}|\$\w+/).map(RegExp.escape);
		return new RegExp(`^${parts.join(".+")}$`);
	});
}

describe.each(DEFENCES.map((defence) => [defence.name, defence] as const))(
	"the defence %s",
	(_, defence: Defence) => {
		test("is where the table says, once, and can be removed", () => {
			for (const file of new Set(defence.removed.map(({ file }) => file))) {
				const text = textOf(file);
				expect(without(text, file, defence.removed)).not.toBe(text);
			}
		});

		test("has the test that the table says", () => {
			const { file, name } = defence.test;
			const titles = titlesIn(file).filter(({ source }) => source !== "^.+$");
			expect(titles.some((title) => title.test(name))).toBe(true);
		});
	},
);

test("there is a defence against everything, and each has a name of its own", () => {
	const against = DEFENCES.map((defence) => defence.against);
	expect(new Set(against)).toEqual(new Set(DANGERS));
	expect(new Set(DEFENCES.map(({ name }) => name)).size).toBe(DEFENCES.length);
});

test("what is to be removed has to be there once", () => {
	const removal = { file: "a.ts", code: "one", instead: "two" };
	expect(without("one, two", "a.ts", [removal])).toBe("two, two");
	expect(without("one, two", "b.ts", [removal])).toBe("one, two");
	for (const text of ["two", "one, one"])
		expect(() => without(text, "a.ts", [removal])).toThrow("and not once");
});
