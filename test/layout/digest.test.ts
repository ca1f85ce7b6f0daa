import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatDigest,
	isWellFormed,
	MAX_LINK_BYTES,
	parseDigest,
} from "../../src/layout/digest.ts";
import { DIGEST } from "./arbitraries.ts";

const SHA256 = `sha256:${"0f".repeat(32)}`;
const SHA512 = `sha512:${"0f".repeat(64)}`;

describe("parseDigest", () => {
	test("reads what formatDigest writes, for known and unknown algorithms", () => {
		fc.assert(
			fc.property(DIGEST, (digest) => {
				expect(parseDigest(formatDigest(digest))).toEqual(digest);
				expect(isWellFormed(digest)).toBe(true);
			}),
			{ numRuns: 300 },
		);
	});

	test("gives only what formats back to the same text", () => {
		const texts = fc.stringMatching(
			/^[a-z0-9+._:-]{0,12}:[0-9a-fA-F\n]{30,70}$/,
		);
		fc.assert(
			fc.property(texts, (text) => {
				const digest = parseDigest(text);
				expect(digest === undefined || formatDigest(digest) === text).toBe(
					true,
				);
			}),
			{ numRuns: 500 },
		);
	});

	test.for([
		["nothing", ""],
		["a newline at the end", `${SHA256}\n`],
		["a newline before", `\n${SHA256}`],
		["a space", ` ${SHA256}`],
		["upper-case digits", SHA256.toUpperCase()],
		["an upper-case value", `sha256:${"0F".repeat(32)}`],
		["no algorithm", `:${"0f".repeat(32)}`],
		["no value", "sha256:"],
		["no colon", "0f".repeat(32)],
		["two colons", `sha256:${SHA256}`],
		["a sha256 with a digit too few", SHA256.slice(0, -1)],
		["a sha256 with a digit too many", `${SHA256}0`],
		["a sha384 as short as a sha256", `sha384:${"0f".repeat(32)}`],
		["a sha512 as short as a sha256", `sha512:${"0f".repeat(32)}`],
		["an unknown algorithm with few digits", "md4:0123456789abcdef"],
		["an algorithm that ends in a separator", `sha256+:${"0f".repeat(32)}`],
		["a letter that is no digit", `sha256:${"0g".repeat(32)}`],
		["a tarsum", `tarsum.v1+sha256:${"0g".repeat(32)}`],
	] as const)("refuses %s", ([, text]) => {
		expect(parseDigest(text)).toBeUndefined();
	});
});

test("the longest link holds a sha512 digest, and nothing else", () => {
	expect(parseDigest(SHA512)).toBeDefined();
	expect(Buffer.byteLength(SHA512)).toBe(MAX_LINK_BYTES);
});
