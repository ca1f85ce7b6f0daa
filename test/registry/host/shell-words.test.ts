import { execFileSync } from "node:child_process";
import fc from "fast-check";
import { expect, test } from "vitest";
import { shellWords } from "../../../src/registry/host/shell-words.ts";

const word = fc.oneof(
	fc.string({ unit: "binary" }).map((text) => text.replaceAll("\0", "")),
	fc
		.array(fc.constantFrom(..."'\"\\$`!*?[]{}~#&;|<>()= \t\n\r%-a"))
		.map((characters) => characters.join("")),
);

test("every word arrives as it is through a real shell", () => {
	fc.assert(
		fc.property(fc.array(word), (words) => {
			const printed = execFileSync("sh", [
				"-c",
				`printf '%s\\0' ${shellWords(["-", ...words])}`,
			]).toString();
			expect(printed.split("\0").slice(1, -1)).toEqual(
				words.map((text) => text.toWellFormed()),
			);
		}),
	);
});

test("words that mean nothing to a shell are left readable", () => {
	expect(shellWords(["gitlab-ctl", "restart", "a b", "it's", ""])).toBe(
		String.raw`gitlab-ctl restart 'a b' 'it'\''s' ''`,
	);
});
