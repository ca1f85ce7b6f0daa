import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_PART_BYTES } from "../../../src/store/s3/location.ts";
import { partSize } from "../../../src/store/s3/multipart.ts";

const MIB = 1024 * 1024;
const GIB = 1024 * MIB;
const TIB = 1024 * GIB;

describe("part sizes", () => {
	test("make at most 10,000 parts of 5 MiB to 5 GiB, up to 5 TiB", () => {
		const sizes = fc.oneof(
			fc.integer({ min: DEFAULT_PART_BYTES + 1, max: 5 * TIB }),
			fc
				.tuple(
					fc.integer({ min: 1, max: 80 * 1024 }),
					fc.integer({ min: -2, max: 2 }),
				)
				.map(
					([mebibytes, offset]) =>
						DEFAULT_PART_BYTES + 3 + mebibytes * MIB + offset,
				),
		);
		fc.assert(
			fc.property(sizes, (size) => {
				const bytes = partSize(size, DEFAULT_PART_BYTES);
				const parts = Math.ceil(size / bytes);
				expect(Number.isInteger(bytes)).toBe(true);
				expect(parts).toBeLessThanOrEqual(10_000);
				expect(parts).toBeGreaterThan(1);
				expect(bytes).toBeGreaterThanOrEqual(5 * MIB);
				expect(bytes).toBeLessThanOrEqual(5 * GIB);
			}),
			{ numRuns: 2000 },
		);
	});

	test.each([
		[8 * MIB + 1, 2],
		[80_000 * MIB, 10_000],
		[80_000 * MIB + 1, 10_000],
		[5 * TIB, 10_000],
	])("of %i bytes make %i parts", (size, parts) => {
		expect(Math.ceil(size / partSize(size, DEFAULT_PART_BYTES))).toBe(parts);
	});

	test("are the smallest ones while few parts do (I8)", () => {
		expect(partSize(80_000 * MIB, DEFAULT_PART_BYTES)).toBe(8 * MIB);
	});
});
