import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	compilePatterns,
	literalPart,
	patternProblem,
} from "../../src/sync/selection-patterns.ts";

const REPOSITORIES = [
	"group",
	"group/app",
	"group/app/cache",
	"group/web",
	"other/app",
	"solo",
	"v1",
	"v10",
];

function selected(pattern: string, isExclusion = false): readonly string[] {
	expect(patternProblem(pattern)).toBeUndefined();
	const [compiled] = compilePatterns([pattern], isExclusion);
	return REPOSITORIES.filter((name) => compiled?.matches(name));
}

describe("a repository pattern", () => {
	test.for<[string, readonly string[]]>([
		["solo", ["solo"]],
		["*", ["group", "solo", "v1", "v10"]],
		["**", REPOSITORIES],
		["group/*", ["group/app", "group/web"]],
		["group/**", ["group", "group/app", "group/app/cache", "group/web"]],
		["{group,other}/app", ["group/app", "other/app"]],
		["group/!(app)", ["group/web"]],
		["!(solo|v*)", ["group"]],
		["v?", ["v1"]],
		["v{1..10}", ["v1", "v10"]],
		["**/app", ["group/app", "other/app"]],
		["[gs]*o*", ["group", "solo"]],
		["GROUP", []],
	])("%s is taken by micromatch's rules", ([pattern, names]) => {
		expect(selected(pattern)).toEqual(names);
	});

	test("leaves out what begins with a dot, and excludes it, as fast-glob does", () => {
		const hidden = (isExclusion: boolean) =>
			compilePatterns(["**"], isExclusion)[0]?.matches(".hidden/app");
		expect([hidden(false), hidden(true)]).toEqual([false, true]);
	});

	test.for<[string, string]>([
		["", "it is empty"],
		[" ", "it is empty"],
		["/group", "repositories' names do not begin with a slash"],
		["group/", "repositories' names do not end in a slash"],
		["../group", "it has a component . or .., which no repository's name has"],
		["!group", "it begins with !"],
		["group:v1", "it names a tag or a digest, or a host with its port"],
		["host:5000/group", "it names a tag or a digest, or a host with its port"],
		["{group", "its brackets do not match"],
		["group[", "its brackets do not match"],
		["+(group", "its brackets do not match"],
		["group)", "its brackets do not match"],
		["{1..100000}", "its braces stand for more than 1000 patterns"],
		["{a,b}".repeat(30), "its braces stand for more than 1000 patterns"],
		["a".repeat(1025), "it is longer than 1024 characters"],
	])("%s is refused: %s", ([pattern, reason]) => {
		expect(patternProblem(pattern)).toMatchObject({
			reason,
			suggestion: expect.stringMatching(/^[A-Z].*\.$/),
		});
	});

	test("is refused or compiled, whatever it is (property)", () => {
		const characters = fc.constantFrom(..."ab/*?!{}()[],.|\\@+-^$1 ");
		fc.assert(
			fc.property(fc.string({ unit: characters, maxLength: 24 }), (text) => {
				if (patternProblem(text) !== undefined) return;
				for (const isExclusion of [false, true])
					for (const { matches } of compilePatterns([text], isExclusion))
						expect(REPOSITORIES.filter(matches)).toBeInstanceOf(Array);
			}),
			{ numRuns: 2000 },
		);
	});

	test("has a part that stands for itself", () => {
		expect(["acme/a*/**", "**", "{a,bc}/x"].map(literalPart)).toEqual([
			"acme",
			"",
			"bc",
		]);
	});
});
