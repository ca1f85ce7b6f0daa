import { describe, expect, test } from "vitest";
import type { Kind } from "../../src/layout/paths.ts";
import { type AtTarget, decide } from "../../src/sync/decide.ts";

const A = "0a".repeat(16);
const B = "0b".repeat(16);

const OTHERS: readonly Kind[] = [
	"other",
	"layer",
	"signature",
	"revision",
	"index",
	"current",
];

function at(size: number, md5: string | undefined): AtTarget {
	return { size, md5, isProven: true };
}

describe("decide", () => {
	test.each<Kind>(["blob", ...OTHERS])(
		"copies a %s that the target lacks",
		(kind) => {
			expect(decide({ kind, size: 71, md5: undefined }, undefined)).toBe(
				"copy",
			);
		},
	);

	test.each<Kind>(["blob", ...OTHERS])(
		"copies a %s that has another size at the target, whatever its MD5",
		(kind) => {
			const source = { kind, size: 71, md5: A };
			expect(decide(source, at(70, A))).toBe("copy");
			expect(decide(source, at(135, undefined))).toBe("copy");
		},
	);

	test("skips a proven blob of the same size, whatever its MD5: its key is its checksum", () => {
		const source = { kind: "blob", size: 9, md5: undefined } as const;
		expect(decide(source, at(9, undefined))).toBe("skip");
		expect(decide(source, at(9, B))).toBe("skip");
	});

	test("(I4) compares a blob of the same size that is not proven", () => {
		const source = { kind: "blob", size: 9, md5: A } as const;
		const target = { size: 9, md5: A, isProven: false };
		expect(decide(source, target)).toBe("compare");
	});

	test.each(OTHERS)("(I9) skips a %s of the same size and MD5", (kind) => {
		expect(decide({ kind, size: 71, md5: A }, at(71, A))).toBe("skip");
	});

	test.each(OTHERS)(
		"(I9) compares a %s of the same size whose MD5s differ, or are not both known",
		(kind) => {
			for (const [source, target] of [
				[A, B],
				[A, undefined],
				[undefined, A],
				[undefined, undefined],
			]) {
				expect(decide({ kind, size: 71, md5: source }, at(71, target))).toBe(
					"compare",
				);
			}
		},
	);
});
