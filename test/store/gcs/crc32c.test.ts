import { CRC32C } from "@google-cloud/storage";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { crc32c, encodeCrc32c } from "../../../src/store/gcs/crc32c.ts";

/** As RFC 3720, appendix B.4, describes it: one bit after the other. */
function bitwise(bytes: Uint8Array): number {
	let crc = 0xffffffff;
	for (const byte of bytes) {
		crc ^= byte;
		for (let bit = 0; bit < 8; bit++)
			crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
	}
	return (crc ^ 0xffffffff) >>> 0;
}

describe("crc32c", () => {
	// Source: RFC 3720, appendix B.4.
	test.each([
		["32 bytes of zeroes", Buffer.alloc(32), 0x8a9136aa],
		["32 bytes of ones", Buffer.alloc(32, 0xff), 0x62a8ab43],
		["the digits", Buffer.from("123456789"), 0xe3069283],
		["nothing", Buffer.alloc(0), 0],
	])("of %s is that of the standard", (_name, bytes, expected) => {
		expect(crc32c(bytes)).toBe(expected);
	});

	test("of any bytes is what it is bit by bit, in one piece and in two", () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ maxLength: 100 }),
				fc.nat(100),
				(bytes, cut) => {
					const whole = bitwise(bytes);
					expect(crc32c(bytes)).toBe(whole);
					const first = crc32c(bytes.subarray(0, cut));
					expect(crc32c(bytes.subarray(cut), first)).toBe(whole);
				},
			),
			{ numRuns: 300 },
		);
	});

	test("is written as Google's own client writes it", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
				const oracle = new CRC32C();
				oracle.update(Buffer.from(bytes));
				expect(encodeCrc32c(crc32c(bytes))).toBe(oracle.toString());
			}),
			{ numRuns: 100 },
		);
	});
});
