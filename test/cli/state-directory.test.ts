import { describe, expect, test } from "vitest";
import { indexPath, stateDirectory } from "../../src/cli/state-directory.ts";

const USER = { isRoot: false, home: "/home/ann", environment: {} };
const at = (identity: string) => ({ identity });

describe("the state directory", () => {
	test.each([
		["root's", { ...USER, isRoot: true }, "/var/lib/regmigrate"],
		["a user's", USER, "/home/ann/.local/state/regmigrate"],
		[
			"a user's who has moved theirs",
			{ ...USER, environment: { XDG_STATE_HOME: "/state" } },
			"/state/regmigrate",
		],
		[
			"a user's who has moved theirs to nowhere certain",
			{ ...USER, environment: { XDG_STATE_HOME: "state" } },
			"/home/ann/.local/state/regmigrate",
		],
	])("is %s own", (_whose, user, directory) => {
		expect(stateDirectory(undefined, user)).toBe(directory);
		expect(stateDirectory("/given", user)).toBe("/given");
	});

	test("has an index for each source and target", () => {
		const paths = [
			indexPath("/s", at("file:///a/"), at("s3/b/")),
			indexPath("/s", at("s3/b/"), at("file:///a/")),
			indexPath("/s", at("file:///a/"), at("s3/c/")),
		];
		expect(new Set(paths).size).toBe(3);
		for (const path of paths)
			expect(path).toMatch(/^\/s\/[0-9a-f]{16}\.index$/);
		expect(indexPath("/s", at("file:///a/"), at("s3/b/"))).toBe(paths[0]);
	});
});
