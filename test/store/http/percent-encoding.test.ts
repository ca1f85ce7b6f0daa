import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	encodeComponent,
	encodePath,
	encodeQuery,
} from "../../../src/store/http/percent-encoding.ts";
import { oddText } from "../odd-text.ts";

/** RFC 3986, section 2: each byte but the unreserved ones, in upper-case hex. */
function encodedByRule(text: string, kept = ""): string {
	return [...Buffer.from(text)]
		.map((byte) => {
			const character = String.fromCharCode(byte);
			return /[A-Za-z0-9._~-]/.test(character) || kept.includes(character)
				? character
				: `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
		})
		.join("");
}

const anyText = fc.oneof(oddText, fc.string({ unit: "binary" }));

describe("encoding", () => {
	test("of a component is that of RFC 3986", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(encodeComponent(text)).toBe(encodedByRule(text));
			}),
			{ numRuns: 2000 },
		);
	});

	test("of a path is that of RFC 3986, with its slashes kept", () => {
		fc.assert(
			fc.property(anyText, (text) => {
				expect(encodePath(text)).toBe(encodedByRule(text, "/"));
			}),
			{ numRuns: 2000 },
		);
	});

	test("of a query can be read back, sorted by encoded name", () => {
		const queries = fc.dictionary(anyText, anyText, { maxKeys: 6 });
		fc.assert(
			fc.property(queries, (query) => {
				const encoded = encodeQuery(query);
				const pairs = encoded === "" ? [] : encoded.split("&");
				const names = pairs.map((pair) => pair.split("=")[0]);
				expect(names).toEqual([...names].sort());
				const read = pairs.map((pair) =>
					pair.split("=").map(decodeURIComponent),
				);
				expect(new Map(read.map(([name, value]) => [name, value]))).toEqual(
					new Map(Object.entries(query)),
				);
			}),
			{ numRuns: 500 },
		);
	});

	test("of a query leaves out what is undefined, and keeps what is empty", () => {
		expect(encodeQuery({ b: "", c: undefined, a: "1" })).toBe("a=1&b=");
	});
});
