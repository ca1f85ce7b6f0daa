import { mkdirSync, readFileSync, renameSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { snapshotTree } from "../e2e/tree.ts";
import { type ProgramResult, runProgram } from "../support/program.ts";
import { migration, temporaryFolder, write } from "./folders.ts";

/** Runs a command that must change nothing in the folder, source and target (I3). */
async function runUnchanged(
	folder: string,
	argv: readonly string[],
): Promise<ProgramResult> {
	const before = snapshotTree(folder);
	const result = await runProgram(argv);
	expect(snapshotTree(folder)).toEqual(before);
	return result;
}

/** Asserts one sentence on standard error, then only what to do, and that this is among it. */
function expectRefusal(
	result: ProgramResult,
	exitCode: number,
	sentence: RegExp,
	advice: string | RegExp,
): void {
	const [first, ...next] = result.stderr.trimEnd().split("\n");
	expect(result).toMatchObject({ exitCode, stdout: "" });
	expect(first).toMatch(/^Error: /);
	expect(first).toMatch(sentence);
	expect(next.every((line) => /^ {2}[A-Z].*[.?]$/.test(line))).toBe(true);
	expect(next.map((line) => line.trim())).toContainEqual(
		typeof advice === "string" ? advice : expect.stringMatching(advice),
	);
}

describe("a source that cannot be one", () => {
	test("that does not exist", async () => {
		const { folder, target } = migration();
		const result = await runUnchanged(folder, [
			"sync",
			join(folder, "nowhere"),
			target,
		]);
		expectRefusal(
			result,
			1,
			/^Error: Cannot open file:.*\/nowhere: it does not exist$/,
			"Check how it is spelled, and that it is mounted.",
		);
	});

	test("that is a file", async () => {
		const { folder, target } = migration();
		write(join(folder, "file"));
		const result = await runUnchanged(folder, [
			"sync",
			join(folder, "file"),
			target,
		]);
		expectRefusal(
			result,
			2,
			/\/file: it is a file, not a directory$/,
			"Name a directory.",
		);
	});

	test("that is empty, as a disk that is not mounted", async () => {
		const folder = temporaryFolder();
		for (const name of ["source", "target"]) mkdirSync(join(folder, name));
		const result = await runUnchanged(folder, [
			"sync",
			join(folder, "source"),
			join(folder, "target"),
		]);
		expectRefusal(
			result,
			4,
			/holds no registry: there is no docker\/registry\/v2 in it$/,
			"Name the registry's rootdirectory: the directory or prefix that holds docker/registry/v2.",
		);
	});

	test.for([
		["docker", "You named the docker directory: name the one that holds it."],
		[
			"docker/registry",
			"You named docker/registry: name the directory that holds docker.",
		],
	])("that is %s, a near miss", async ([below = "", advice = ""]) => {
		const { folder, source, target } = migration();
		const result = await runUnchanged(folder, [
			"sync",
			join(source, below),
			target,
		]);
		expectRefusal(result, 4, /holds no registry/, advice);
	});

	test("that lies a level higher, a near miss", async () => {
		const { folder, source, target } = migration();
		mkdirSync(join(folder, "shared"));
		renameSync(source, join(folder, "shared/registry"));
		const result = await runUnchanged(folder, [
			"sync",
			join(folder, "shared"),
			target,
		]);
		expectRefusal(
			result,
			4,
			/holds no registry/,
			"It holds a registry in its directory registry: name that one.",
		);
	});
});

describe("a target that cannot be one", () => {
	test("that does not exist", async () => {
		const { folder, source } = migration();
		const result = await runUnchanged(folder, [
			"sync",
			source,
			join(folder, "nowhere"),
		]);
		expectRefusal(
			result,
			1,
			/\/nowhere: it does not exist$/,
			"If it is the right one, create it and run this again.",
		);
	});

	test.for(["source/", "link"])(
		"that is the source, named %s",
		async (name) => {
			const { folder, source } = migration();
			symlinkSync("source", join(folder, "link"));
			const result = await runUnchanged(folder, [
				"sync",
				source,
				`${folder}/${name}`,
			]);
			expectRefusal(
				result,
				4,
				/^Error: Source and target are the same place: /,
				"Name another target.",
			);
		},
	);

	test("that lies in the source", async () => {
		const { folder, source } = migration();
		mkdirSync(join(source, "copy"));
		const result = await runUnchanged(folder, [
			"sync",
			source,
			join(source, "copy"),
		]);
		expectRefusal(
			result,
			4,
			/lies inside the source .*, which is never written$/,
			"Name a target elsewhere.",
		);
	});

	test("that holds something else", async () => {
		const { folder, source, target } = migration();
		write(join(target, "backup.tar"));
		const result = await runUnchanged(folder, ["sync", source, target]);
		expectRefusal(
			result,
			4,
			/is not empty and holds no registry: it has "backup\.tar"/,
			"If these objects belong there, run regmigrate sync with --target-not-empty: they will not be touched.",
		);
	});

	test("that holds another registry", async () => {
		const { folder, source, target } = migration();
		const repository = "docker/registry/v2/repositories/other";
		write(join(target, repository, "_manifests/tags/v1/current/link"));
		const result = await runUnchanged(folder, ["sync", source, target]);
		expectRefusal(result, 4, /holds a(?:nother)? registry/, /right way round/);
	});

	test("to which another pass writes, or was when it was killed; --take-over goes on there", async () => {
		const { folder, source, target } = migration();
		await runProgram(["sync", source, target]);
		const path = join(target, "regmigrate.json");
		const marker = JSON.parse(readFileSync(path, "utf8"));
		const since = "2026-01-31T12:00:00.000Z";
		const writing = { host: "elsewhere.example", pid: 7, since };
		const claim = { nonce: "another", pass: 1 };
		write(path, JSON.stringify({ ...marker, ...claim, writing }));
		const result = await runUnchanged(folder, ["sync", source, target]);
		expectRefusal(
			result,
			4,
			/process 7 on elsewhere\.example, since 2026-01-31T12:00:00\.000Z$/,
			/--take-over/,
		);
		const next = await runProgram(["sync", source, target, "--take-over"]);
		expect(next).toMatchObject({ exitCode: 0, stderr: "" });
		expect(JSON.parse(readFileSync(path, "utf8"))).not.toHaveProperty(
			"writing",
		);
	});

	test("and is one all the same when the user says so, and loses nothing", async () => {
		const { source, target } = migration();
		write(join(target, "backup.tar"), "precious");
		const before = snapshotTree(target);
		const result = await runProgram([
			"sync",
			source,
			target,
			"--target-not-empty",
		]);
		expect(result).toMatchObject({ exitCode: 0, stderr: "" });
		const after = snapshotTree(target);
		expect(after.length).toBeGreaterThan(before.length);
		for (const line of before) expect(after).toContain(line);
	});
});

describe("a refusal under --json", () => {
	test("is JSON on standard output, with a code to branch on", async () => {
		const { folder, source } = migration();
		const result = await runUnchanged(folder, [
			"sync",
			source,
			source,
			"--json",
		]);
		expect(result).toMatchObject({ exitCode: 4, stderr: "" });
		expect(JSON.parse(result.stdout)).toEqual({
			error: {
				message: expect.stringMatching(/^Source and target are the same place/),
				code: "same-place",
				suggestions: ["Name another target."],
				exitCode: 4,
			},
		});
	});
});

test("verify refuses to compare a store with itself, which would prove nothing", async () => {
	const { folder, source } = migration();
	symlinkSync("source", join(folder, "link"));
	const result = await runUnchanged(folder, [
		"verify",
		source,
		join(folder, "link"),
	]);
	expectRefusal(
		result,
		2,
		/^Error: Source and target are the same place: /,
		"Every store is like itself, which proves nothing: name another target.",
	);
});

test("cutover refuses a chart whose values are kept in Git, and says how it is done", async () => {
	const { folder, source, target } = migration();
	write(
		join(folder, "regmigrate.yml"),
		"{kind: helm, name: gitlab, url: 'http://127.0.0.1:5000', release: gitlab, namespace: git, chart: gitlab/gitlab, emitTo: /git}",
	);
	const result = await runUnchanged(folder, [
		...["cutover", source, target, "--yes"],
		...["--registry-file", join(folder, "regmigrate.yml")],
	]);
	expectRefusal(
		result,
		4,
		/^Error: gitlab is changed by way of Git \(emitTo\), and cannot be cut over by this version\. Nothing was changed$/,
		/do it step by step: readonly on, sync --delete, verify, config render/,
	);
});
