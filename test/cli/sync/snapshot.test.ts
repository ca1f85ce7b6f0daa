import { spawnSync } from "node:child_process";
import { readdirSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import { takenAfter } from "../../../src/cli/sync/snapshot.ts";
import { describeResult, runProgram } from "../../support/program.ts";
import { migration, registryKeys } from "../folders.ts";

test("the first pass may come from a snapshot, the next ones from the live source, and no snapshot after that", async () => {
	const { folder, source: live, target } = migration();
	const snapshot = join(folder, "snapshot");
	expect(spawnSync("cp", ["-a", live, snapshot]).status).toBe(0);
	const repositories = join(live, "docker/registry/v2/repositories");
	const [group = ""] = readdirSync(repositories);
	const [first = ""] = readdirSync(join(repositories, group));
	rmSync(join(repositories, group, first), { recursive: true });

	const argv = ["sync", snapshot, target, "--snapshot-of"];
	const misspelled = await runProgram([...argv, `${live}x`]);
	expect(misspelled).toMatchObject({
		exitCode: 1,
		stderr: expect.stringContaining("does not exist"),
	});
	const done = await runProgram([...argv, live]);
	expect(done, describeResult(done)).toMatchObject({ exitCode: 0, stderr: "" });
	expect(done.stdout).toContain(
		`This was a snapshot: go on with ${pathToFileURL(live).href}; what has not changed since is not copied again.\n`,
	);
	expect(registryKeys(target)).toEqual(registryKeys(snapshot));

	const next = await runProgram(["sync", live, target, "--json"]);
	expect(JSON.parse(next.stdout)).toMatchObject({
		copied: { objects: 0 },
		isTargetListed: false,
		isComplete: true,
	});
	const refused = await runProgram([...argv, live]);
	expect(refused).toMatchObject({
		exitCode: 4,
		stdout: "",
		stderr: expect.stringMatching(
			/^Error: A pass from the live source has already written to .*: a snapshot would take its tags back to an older state\n {2}Go on with the live source/,
		),
	});
});

test("a snapshot that is the live directory by another name is refused, and so is what is no directory", () => {
	const { folder, source } = migration();
	symlinkSync(source, join(folder, "link"));
	const at = (path: string) => pathToFileURL(path);
	expect(() => takenAfter(at(join(folder, "link")), at(source))).toThrow(
		expect.objectContaining({ code: "same-place" }),
	);
	expect(() => takenAfter(new URL("s3://bucket"), at(source))).toThrow(
		"--snapshot-of is for directories only",
	);
});
