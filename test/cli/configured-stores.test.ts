import { chmodSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { canRunAs, runProgram } from "../support/program.ts";
import { migration, registryKeys, temporaryFolder, write } from "./folders.ts";

/** Some user that owns nothing; only root can become another. */
const NOBODY = process.getuid?.() === 0 ? 65_534 : undefined;

/** Writes the configuration of a registry with this storage section, and names it as a store. */
function configuration(storage: unknown, folder = temporaryFolder()): string {
	const file = join(folder, "config.yml");
	write(file, JSON.stringify({ version: 0.1, storage }));
	return `config:${file}`;
}

const onDisk = (rootdirectory: string) =>
	configuration({ filesystem: { rootdirectory }, delete: { enabled: true } });

test("a registry's configuration names its storage, as source and as target", async () => {
	const { source, target } = migration();
	const stores = [onDisk(source), onDisk(target)];
	const sync = await runProgram(["sync", ...stores]);
	expect(sync).toMatchObject({ exitCode: 0, stderr: "" });
	expect(registryKeys(target)).toEqual(registryKeys(source));
	expect(await runProgram(["verify", ...stores])).toMatchObject({
		exitCode: 0,
	});
	// It is the same store by either name.
	const again = await runProgram(["sync", source, target]);
	expect(again).toMatchObject({ exitCode: 0, stderr: "" });
	const itself = await runProgram(["sync", onDisk(source), source]);
	expect(itself).toMatchObject({ exitCode: 4 });
});

describe("a configuration", () => {
	test.each([
		["of two drivers", { s3: {}, gcs: {} }, /more than one driver \(s3, gcs\)/],
		[
			"of another driver",
			{ swift: { container: "x" } },
			/no store for its storage driver "swift"/,
		],
		[
			"with a parameter that is not known",
			{ filesystem: { shards: 2 } },
			/filesystem\.shards is not known/,
		],
		[
			"with a wrong value",
			{ s3: { bucket: "reg", region: "x", chunksize: 1 } },
			/the option chunk-size is no number of bytes.*\n.*\n.*'config:FILE\?OPTION=VALUE'/,
		],
	])("%s is a wrong argument", async (_what, storage, reason) => {
		const name = configuration(storage);
		const { exitCode, stdout, stderr } = await runProgram([
			"sync",
			name,
			"/tmp",
		]);
		expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: "" });
		expect(stderr).toMatch(reason);
	});

	test("that is not there is a wrong argument, in JSON too", async () => {
		const name = `config:${join(temporaryFolder(), "absent.yml")}`;
		const result = await runProgram(["verify", name, "/tmp", "--json"]);
		expect(result).toMatchObject({ exitCode: 2, stderr: "" });
		expect(JSON.parse(result.stdout)).toMatchObject({
			error: {
				message: expect.stringContaining("there is no such file"),
				exitCode: 2,
			},
		});
	});

	test("that may not be read is a wrong argument", async ({ skip }) => {
		if (!canRunAs(NOBODY))
			skip("another user than root may not read this checkout or Node");
		const folder = temporaryFolder();
		const name = configuration({ filesystem: {} }, folder);
		chmodSync(join(folder, "config.yml"), 0);
		chmodSync(folder, 0o755);
		const argv = ["sync", name, "/tmp"];
		expect(await runProgram(argv, { userId: NOBODY })).toMatchObject({
			exitCode: 2,
			stderr: expect.stringMatching(/it may not be read\n {2}Run this as/),
		});
	});

	test("may name a directory that only the registry's container has", async () => {
		const name = onDisk(join(temporaryFolder(), "absent"));
		const { exitCode, stderr } = await runProgram(["sync", name, "/tmp"]);
		expect(exitCode).toBe(1);
		expect(stderr).toMatch(
			/does not exist\n {2}The configuration has it as the registry sees it/,
		);
	});
});
