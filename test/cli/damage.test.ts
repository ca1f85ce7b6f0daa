import {
	chmodSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { snapshotTree } from "../e2e/tree.ts";
import {
	canRunAs,
	type ProgramOptions,
	type ProgramResult,
	runProgram,
} from "../support/program.ts";
import { type Migration, migration, registryKeys } from "./folders.ts";

const V2 = "docker/registry/v2";
const BLOBS = `${V2}/blobs/sha256`;

/** A user who may read what all may read, and no more. */
const NOBODY = 65_534;

/** Syncs a source that must not be written (I3). */
async function sync(
	{ source, target }: Migration,
	options?: ProgramOptions,
): Promise<ProgramResult> {
	const before = snapshotTree(source);
	const result = await runProgram(["sync", source, target], options);
	expect(snapshotTree(source)).toEqual(before);
	return result;
}

function firstBlob(source: string): string {
	const [shard = ""] = readdirSync(join(source, BLOBS));
	const [hex = ""] = readdirSync(join(source, BLOBS, shard));
	return `${BLOBS}/${shard}/${hex}/data`;
}

function firstKey(source: string, pattern: RegExp): string {
	const key = registryKeys(source).find((key) => pattern.test(key));
	if (key === undefined) throw new Error(`there is no ${pattern}`);
	return key;
}

const STAYED_OUT =
	"All that can be copied was copied. Corrupt blobs and malformed links stayed out of the target: push those images again, or delete them.";
const INCOMPLETE =
	"The target is not complete: remove the causes above and run the same command again. What was copied is not copied twice.";

describe("damage in the source", () => {
	test("a corrupt blob is not copied, is named, and ends with 3", async () => {
		const sides = migration();
		const key = firstBlob(sides.source);
		writeFileSync(join(sides.source, key), "not what its name says");
		const { exitCode, stdout, stderr } = await sync(sides);
		expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
		expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
			"Broken in the source already: 1 object (1 corrupt)",
			`  corrupt: ${key}: its bytes do not hash to its name`,
			STAYED_OUT,
		]);
		expect(existsSync(join(sides.target, key))).toBe(false);
		expect(registryKeys(sides.target)).toEqual(
			registryKeys(sides.source).filter((other) => other !== key),
		);
	});

	test("an empty link never replaces a good one, is named, and ends with 3", async () => {
		const sides = migration();
		expect((await sync(sides)).exitCode).toBe(0);
		const key = firstKey(sides.source, /\/current\/link$/);
		const good = readFileSync(join(sides.target, key), "utf8");
		writeFileSync(join(sides.source, key), "");
		const { exitCode, stdout, stderr } = await sync(sides);
		expect({ exitCode, stderr }).toEqual({ exitCode: 3, stderr: "" });
		expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
			"Broken in the source already: 1 object (1 malformed)",
			`  malformed: ${key}: it is empty`,
			STAYED_OUT,
		]);
		expect(readFileSync(join(sides.target, key), "utf8")).toBe(good);
	});

	test("a layer link that garbage collection has left behind is copied as it is, and is neither damage nor a failure", async () => {
		const sides = migration({ extras: ["dangling-layer"] });
		const { exitCode, stdout, stderr } = await sync(sides);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
		expect(stdout).toMatch(
			/\nLeft behind by garbage collection: 1 link .*\nThe target has all that the source has\.\n$/,
		);
		expect(registryKeys(sides.target)).toEqual(registryKeys(sides.source));
	});

	test("what names a blob that is gone is copied as it is, is named, and is no failure", async () => {
		const sides = migration();
		rmSync(join(sides.source, firstBlob(sides.source)));
		const { exitCode, stdout, stderr } = await sync(sides);
		expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
		expect(stdout).toMatch(
			/\nBroken in the source already: .*dangling\)\n {2}dangling: \S+\/link: the source has no blob sha256:\w{64}\n/,
		);
		expect(registryKeys(sides.target)).toEqual(registryKeys(sides.source));
	});
});

describe("what cannot be read in the source", () => {
	test("a name that is not valid UTF-8 is told, and does not keep the rest from being copied (I2)", async () => {
		const { source, target } = migration();
		const keys = registryKeys(source);
		const root = Buffer.from(join(source, V2, "repositories/caf"));
		mkdirSync(Buffer.concat([root, Buffer.from([0xe9])]));
		const { exitCode, stdout, stderr } = await runProgram([
			"sync",
			source,
			target,
		]);
		expect(exitCode).toBe(3);
		expect(stderr).toBe(
			`cannot read: ${V2}/repositories/caf\ufffd: its name is not valid UTF-8\n`,
		);
		expect(stdout.trimEnd().split("\n").slice(1)).toEqual([
			"Could not be read in the source: 1 place",
			`  ${V2}/repositories/caf\ufffd: its name is not valid UTF-8`,
			"    No registry writes such a name: look what it is, then move it out of the registry's directory.",
			INCOMPLETE,
		]);
		expect(registryKeys(target)).toEqual(keys);
	});

	test("a directory that may not be entered is told, and its tags are held back (I1, I2)", async ({
		skip,
	}) => {
		const sides = migration();
		const layers = firstKey(sides.source, /\/_layers\//).replace(
			/(?<=_layers\/).*/,
			"",
		);
		chmodSync(sides.target, 0o777);
		// Root may enter every directory.
		const isRoot = process.getuid?.() === 0;
		if (isRoot) chmodSync(sides.folder, 0o755);
		chmodSync(join(sides.source, layers), isRoot ? 0o700 : 0o000);
		const userId = isRoot ? NOBODY : undefined;
		if (!canRunAs(userId))
			skip("another user than root may not read this checkout or Node");
		const { exitCode, stdout, stderr } = await sync(sides, { userId });
		chmodSync(join(sides.source, layers), 0o755);
		expect(exitCode).toBe(3);
		expect(stderr).toBe(`cannot read: ${layers}: permission denied\n`);
		expect(stdout).toContain(
			`Could not be read in the source: 1 place\n  ${layers}: permission denied\n    Run it as root, or as a user that may read`,
		);
		expect(stdout).toContain(
			"\nHeld back, because something they need is not in place: ",
		);
		expect(stdout.trimEnd().split("\n").at(-1)).toBe(INCOMPLETE);
		const repository = layers.replace("_layers/", "");
		const held = registryKeys(sides.target).filter((key) =>
			key.startsWith(`${repository}_`),
		);
		expect(held).toEqual([]);
		expect(registryKeys(sides.target).length).toBeGreaterThan(0);
	});
});

test("an object that cannot be written is told with its side, and the next run copies it", async () => {
	const sides = migration();
	expect((await sync(sides)).exitCode).toBe(0);
	const key = firstBlob(sides.source);
	rmSync(join(sides.target, key));
	mkdirSync(join(sides.target, key, "in the way"), { recursive: true });
	const { exitCode, stdout, stderr } = await sync(sides);
	expect(exitCode).toBe(3);
	expect(stderr).toMatch(
		/^copy failed: \/\S+\/data to \/\S+\/data it is a directory \(at the target\)\n$/,
	);
	expect(stdout).toContain(`Failed: 1 object\n  ${key}: it is a directory`);
	rmSync(join(sides.target, key), { recursive: true });
	expect(await sync(sides)).toMatchObject({ exitCode: 0, stderr: "" });
	expect(registryKeys(sides.target)).toEqual(registryKeys(sides.source));
});

test("a symbolic link that leads nowhere is told, as what it is", async () => {
	const sides = migration();
	symlinkSync("nowhere", join(sides.source, V2, "repositories/lost"));
	const { exitCode, stderr } = await sync(sides);
	expect(exitCode).toBe(3);
	expect(stderr).toMatch(
		/^cannot read: \S+\/lost: .*symbolic link that leads nowhere.*\n$/,
	);
});
