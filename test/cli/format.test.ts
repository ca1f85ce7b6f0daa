import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatJson,
	formatObjects,
	printable,
} from "../../src/cli/format.ts";

describe("numbers", () => {
	test.for([
		[0, "0 objects"],
		[1, "1 object"],
		[2, "2 objects"],
		[36_415, "36,415 objects"],
		[1_000_000, "1,000,000 objects"],
	] as const)("%d › %s", ([count, text]) => {
		expect(formatObjects(count)).toBe(text);
	});

	test("have the plural that they are given", () => {
		expect(formatObjects(1, "repository", "repositories")).toBe("1 repository");
		expect(formatObjects(2, "repository", "repositories")).toBe(
			"2 repositories",
		);
		expect(formatCount(1234.0)).toBe("1,234");
	});

	test.for([
		[0, "0 B"],
		[1023, "1023 B"],
		[1024, "1 KiB"],
		[20_447_232, "19.5 MiB"],
		[9 * 1024 ** 4, "9 TiB"],
	] as const)("%d bytes › %s", ([bytes, text]) => {
		expect(formatBytes(bytes)).toBe(text);
	});

	test.for([
		[-5, "0ms"],
		[490, "490ms"],
		[1234, "1.2s"],
		[9_999, "9.9s"],
		[10_400, "10s"],
		[72_900, "1m 12s"],
		[3 * 3_600_000 + 61_000, "3h 1m 1s"],
	] as const)("%d ms › %s", ([milliseconds, text]) => {
		expect(formatDuration(milliseconds)).toBe(text);
	});
});

/** What moves a terminal's cursor, breaks a line, or turns the direction of writing. */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;

/** Any text, and often one that a terminal acts on. */
const TEXT = fc.string({
	unit: fc.oneof(
		fc.constantFrom(
			"\u001b",
			"\u009b",
			"\r",
			"\n",
			"\u202e",
			"\u{e0001}",
			"\\",
		),
		fc
			.integer({ min: 0, max: 0x10_ff_ff })
			.map((code) => String.fromCodePoint(code)),
	),
});

describe("printable", () => {
	test("leaves nothing that a terminal acts on, and changes nothing twice", () => {
		fc.assert(
			fc.property(TEXT, (text) => {
				expect(printable(text)).not.toMatch(UNPRINTABLE);
				expect(printable(printable(text))).toBe(printable(text));
			}),
			{ numRuns: 500 },
		);
	});

	test.for([
		["café/日本", "café/日本"],
		["a\nb", "a\\u{a}b"],
		["\x1b[31mred", "\\u{1b}[31mred"],
		["\u009b2J", "\\u{9b}2J"],
		["\u202egpj.exe", "\\u{202e}gpj.exe"],
	] as const)("%j › %s", ([text, shown]) => {
		expect(printable(text)).toBe(shown);
	});
});

test("formatJson › gives JSON of the same value in which everything unprintable is escaped", () => {
	const values = fc.anything({
		key: TEXT,
		values: [TEXT, fc.integer()],
		maxDepth: 2,
		withNullPrototype: false,
	});
	fc.assert(
		fc.property(fc.record({ value: values }), (value) => {
			const text = formatJson(value);
			expect(text.replaceAll("\n", "")).not.toMatch(UNPRINTABLE);
			expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
		}),
		{ numRuns: 500 },
	);
});
