import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Challenge,
	parseChallenges,
} from "../../../src/registry/probe/challenge.ts";

/** Challenges as plain values. */
function read(header: string | readonly string[] | undefined) {
	return parseChallenges(header).map(({ scheme, parameters }) => [
		scheme,
		Object.fromEntries(parameters),
	]);
}

describe("a header WWW-Authenticate", () => {
	test.each([
		[undefined, []],
		["", []],
		[", ,", []],
		["Basic", [["basic", {}]]],
		['Basic realm="Registry Realm"', [["basic", { realm: "Registry Realm" }]]],
		[
			'Bearer realm="https://gitlab.test/jwt/auth",service="container_registry",scope="repository:a/b:pull,push"',
			[
				[
					"bearer",
					{
						realm: "https://gitlab.test/jwt/auth",
						service: "container_registry",
						scope: "repository:a/b:pull,push",
					},
				],
			],
		],
		[
			'Negotiate, NTLM , Basic realm="a, b", BEARER Realm = "x\\"y\\\\", error=invalid',
			[
				["negotiate", {}],
				["ntlm", {}],
				["basic", { realm: "a, b" }],
				["bearer", { realm: 'x"y\\', error: "invalid" }],
			],
		],
		[
			"Negotiate dG9rZW4=, Basic realm=x",
			[
				["negotiate", {}],
				["basic", { realm: "x" }],
			],
		],
		[
			['Basic realm="one"', 'Bearer realm="two"'],
			[
				["basic", { realm: "one" }],
				["bearer", { realm: "two" }],
			],
		],
		['Bearer realm="first",realm="second"', [["bearer", { realm: "first" }]]],
	])("%j is %j", (header, expected) => {
		expect(read(header)).toEqual(expected);
	});

	test("that ends in the midst of a value has no such parameter", () => {
		const [bearer] = parseChallenges('Bearer realm="never ends');
		expect(bearer?.parameters.has("realm")).toBe(false);
	});

	const token = fc.stringMatching(/^[A-Za-z][A-Za-z0-9!#$%&'*+.^_`|~-]{0,8}$/);
	const value = fc.string({ unit: "grapheme-ascii", maxLength: 20 });
	const challenge = fc.record({
		scheme: token,
		parameters: fc.uniqueArray(fc.tuple(token, value), {
			maxLength: 4,
			selector: ([name]) => name.toLowerCase(),
		}),
	});

	test("is read as it was written, however many challenges are in it", () => {
		fc.assert(
			fc.property(
				fc.array(challenge, { maxLength: 4 }),
				fc.boolean(),
				(challenges, inOneLine) => {
					const lines = challenges.map(({ scheme, parameters }) =>
						[
							scheme,
							parameters
								.map(([name, text]) => `${name}=${quote(text)}`)
								.join(", "),
						]
							.join(" ")
							.trim(),
					);
					const expected = challenges.map(({ scheme, parameters }) => ({
						scheme: scheme.toLowerCase(),
						parameters: new Map(
							parameters.map(([name, text]) => [name.toLowerCase(), text]),
						),
					})) satisfies Challenge[];
					expect(parseChallenges(inOneLine ? lines.join(", ") : lines)).toEqual(
						expected,
					);
				},
			),
		);
	});

	test("of any kind is read without failing", () => {
		fc.assert(
			fc.property(fc.string({ maxLength: 60 }), (header) => {
				for (const { scheme } of parseChallenges(header))
					expect(scheme).not.toBe("");
			}),
		);
	});
});

function quote(text: string): string {
	return `"${text.replaceAll(/["\\]/g, "\\$&")}"`;
}
