import { describe, expect, test } from "vitest";
import { columnsOf, printed, wrapped } from "../../src/cli/wrapped.ts";

const WORDS = "one two three four five six seven eight";

describe("wrapped", () => {
	test.each([
		[WORDS, "one two three four five six\nseven eight"],
		[`== a: ${WORDS}`, "== a: one two three four five\n   six seven eight"],
		[`  1. ${WORDS}`, "  1. one two three four five six\n     seven eight"],
		[`ok   ${WORDS}`, "ok   one two three four five six\n     seven eight"],
		[`   ${WORDS}`, "   one two three four five six\n     seven eight"],
		[`12:00 ${WORDS}`, "12:00 one two three four five\nsix seven eight"],
		[
			`12:00:00 ${WORDS}`,
			"12:00:00 one two three four five\n         six seven eight",
		],
		[
			`12:00:00 == ${WORDS}`,
			"12:00:00 == one two three four\n            five six seven eight",
		],
		[`   | ${WORDS}`, `   | ${WORDS}`],
	])("of %j goes on under what it is of", (line, expected) => {
		expect(wrapped(line, 32)).toBe(expected);
	});

	test("breaks between words, and a word that is too long nowhere", () => {
		const url = `s3://bucket/${"long/".repeat(20)}`;
		expect(wrapped(`copied to ${url} just now`, 30)).toBe(
			`copied to\n${url}\njust now`,
		);
	});

	test("counts wide characters as a terminal shows them", () => {
		expect(wrapped("運用 運用 運用 運用 運用 運用", 23)).toBe(
			"運用 運用 運用 運用\n運用 運用",
		);
	});

	test("breaks each line by itself", () => {
		expect(wrapped("one\n\n  two three", 80)).toBe("one\n\n  two three");
	});
});

test("a line that is to be copied, and all that is written to no terminal, stays whole", () => {
	const command = `regmigrate rollback ${"--flag ".repeat(30)}`;
	expect(printed({ verbatim: command }, 40)).toBe(command);
	expect(printed(command, undefined)).toBe(command);
	expect(printed(command, 40)).not.toBe(command);
});

test.each([
	[{ isTTY: true, columns: 72 }, 72],
	[{ isTTY: true, columns: 0 }, 80],
	[{ isTTY: true, columns: 300 }, 100],
	[{ isTTY: false, columns: 80 }, undefined],
	[{}, undefined],
])("of %j prose has %s columns", (output, expected) => {
	expect(columnsOf(output)).toBe(expected);
});
