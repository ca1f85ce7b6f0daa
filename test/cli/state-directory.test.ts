import { statSync, symlinkSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { indexPath, stateDirectory } from "../../src/cli/state-directory.ts";
import { leftUploadLines } from "../../src/cli/sync/left-uploads.ts";
import { UsageError } from "../../src/cli/usage-error.ts";
import { makePrivateDirectory } from "../../src/state/private-directory.ts";
import { treeKeys } from "../e2e/tree.ts";
import { describeResult, runProgram } from "../support/program.ts";
import { migration, temporaryFolder } from "./folders.ts";

describe("what outlives the process", () => {
	test.each([
		["/named", "/state", 1000, "/named"],
		["/named", undefined, 0, "/named"],
		[undefined, "/state", 1000, "/state/regmigrate"],
		[undefined, "/state", 0, "/state/regmigrate"],
		[undefined, undefined, 0, "/var/lib/regmigrate"],
		[undefined, "relative", 0, "/var/lib/regmigrate"],
		[undefined, "", 1000, `${homedir()}/.local/state/regmigrate`],
		[undefined, undefined, undefined, `${homedir()}/.local/state/regmigrate`],
	])(
		"is in the directory for --state-directory %s, XDG_STATE_HOME %s, user %s: %s",
		(named, state, userId, expected) => {
			const environment = { XDG_STATE_HOME: state };
			expect(stateDirectory(named, environment, userId)).toBe(expected);
		},
	);
});

describe("the state directory (I3)", () => {
	test.each(["source", "target"])(
		"is refused in the %s, and nothing is written there",
		async (where) => {
			const { folder, source, target } = migration();
			const state = join(folder, where, "not/yet/there");
			const before = treeKeys(join(folder, where));
			const result = await runProgram([
				...["sync", source, target],
				...["--state-directory", state],
			]);
			expect(result.exitCode, describeResult(result)).toBe(2);
			expect(result.stderr).toContain(`state directory ${state} lies in`);
			expect(treeKeys(join(folder, where))).toEqual(before);
		},
	);

	test("is refused by a link into the source, too", async () => {
		const { folder, source, target } = migration();
		symlinkSync(join(source, "docker"), join(folder, "link"));
		const state = join(folder, "link", "state");
		const result = await runProgram([
			...["sync", source, target],
			...["--state-directory", state],
		]);
		expect(result.exitCode, describeResult(result)).toBe(2);
	});

	test("is refused without a name", () => {
		expect(() => stateDirectory("", {}, 0)).toThrow(UsageError);
	});

	test("is made with those above it, for its owner alone", () => {
		const directory = join(temporaryFolder(), "a/b");
		makePrivateDirectory(directory);
		makePrivateDirectory(directory);
		expect(statSync(directory).mode & 0o777).toBe(0o700);
	});

	test("ends with an error where nothing can be made", () => {
		expect(() => makePrivateDirectory("/proc/regmigrate/state")).toThrow();
	});
});

describe("uploads that are left", () => {
	test("are not spoken of when there are none", () => {
		expect(leftUploadLines([])).toEqual([]);
	});

	test("are each told, with what to do", () => {
		const upload = { begunAt: 0, reason: "the next run goes on with it" };
		const lines = leftUploadLines([
			{ ...upload, address: "s3://reg/a" },
			{ ...upload, address: "s3://reg/b\n" },
		]);
		expect(lines).toEqual([
			"Incomplete at the target: 2 large uploads, seen by nobody, and paid for.",
			"  s3://reg/a, begun at 1970-01-01T00:00:00.000Z: the next run goes on with it",
			"  s3://reg/b\\u{a}, begun at 1970-01-01T00:00:00.000Z: the next run goes on with it",
			expect.stringContaining("lifecycle rule"),
		]);
	});
});

test("each source and target has an index of its own", () => {
	const at = (identity: string) => ({ identity });
	const paths = [
		indexPath("/s", at("file:///a/"), at("s3/b/")),
		indexPath("/s", at("s3/b/"), at("file:///a/")),
		indexPath("/s", at("file:///a/"), at("s3/c/")),
	];
	expect(new Set(paths).size).toBe(3);
	for (const path of paths) expect(path).toMatch(/^\/s\/[0-9a-f]{16}\.index$/);
	expect(indexPath("/s", at("file:///a/"), at("s3/b/"))).toBe(paths[0]);
});
