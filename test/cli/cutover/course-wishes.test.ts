import { expect, test } from "vitest";
import { testRepositoryOf } from "../../../src/cli/cutover/course-wishes.ts";

test.each([
	["test", true],
	["team/app-1/test_2.x__y--z", true],
	["a".repeat(255), true],
	["a".repeat(256), false],
	["", false],
	["Team/test", false],
	["../test", false],
	["team//test", false],
	["/test", false],
	["team/test/", false],
	["host:5000/test", false],
	["team/test:latest", false],
	["a..b", false],
	["a___b", false],
])("a push is tried in %j: %s", (name, isTaken) => {
	const read = () => testRepositoryOf({ "test-repository": name });
	if (isTaken) expect(read()).toBe(name);
	else expect(read).toThrow(`--test-repository cannot be "${name}"`);
});
