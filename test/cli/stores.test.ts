import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { openStores } from "../../src/cli/stores.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { bytes, keysOf } from "../conformance/objects.ts";
import { snapshotTree } from "../e2e/tree.ts";
import {
	canMount,
	forbidWriting,
	mountAt,
	unmount,
} from "../store/filesystem/temporary-mount.ts";
import { runProgram } from "../support/program.ts";
import { temporaryFolder, write } from "./folders.ts";

/** Two directories as a command opens them. */
async function opened(isTargetWritten: boolean) {
	const folder = temporaryFolder();
	for (const name of ["source", "target"]) write(join(folder, name, "a"));
	const stores = await openStores(
		{
			source: join(folder, "source"),
			target: join(folder, "target"),
			ifNoTarget: "Create it.",
			isTargetWritten,
		},
		new AbortController().signal,
	);
	return { folder, stores };
}

async function expectUnwritable(store: ObjectStore): Promise<void> {
	const refusal = {
		code: "unsupported",
		message: expect.stringContaining("(I3)"),
	};
	await expect(store.put("a", bytes("new"))).rejects.toMatchObject(refusal);
	await expect(store.put("b", bytes("new"))).rejects.toMatchObject(refusal);
	await expect(store.delete(["a"])).rejects.toMatchObject(refusal);
	expect(await keysOf(store, { prefix: "" })).toEqual(["a"]);
}

test("a source is opened so that nothing can write it (I3)", async () => {
	const { folder, stores } = await opened(true);
	await using both = stores;
	const before = snapshotTree(join(folder, "source"));
	await expectUnwritable(both.source);
	expect(snapshotTree(join(folder, "source"))).toEqual(before);
	await both.target.put("b", bytes("new"));
	expect(await both.target.delete(["a"])).toEqual(new Map());
	expect(await keysOf(both.target, { prefix: "" })).toEqual(["b"]);
});

test("for a command that writes nothing, neither is the target (I3)", async () => {
	const { folder, stores } = await opened(false);
	await using both = stores;
	const before = snapshotTree(folder);
	await expectUnwritable(both.source);
	await expectUnwritable(both.target);
	expect(snapshotTree(folder)).toEqual(before);
});

test.skipIf(!canMount)(
	"a target on a disk that is mounted read-only is refused before anything is read",
	async () => {
		const folder = temporaryFolder();
		mkdirSync(join(folder, "target"));
		expect(mountAt(join(folder, "target"))).toBe(true);
		try {
			expect(forbidWriting(join(folder, "target"))).toBe(true);
			const argv = ["sync", folder, join(folder, "target")];
			expect(await runProgram(argv)).toMatchObject({
				exitCode: 1,
				stdout: "",
				stderr: expect.stringMatching(
					/^Error: Cannot write file:.*\/target: the file system is mounted read-only\n {2}Mount it read-write/,
				),
			});
		} finally {
			unmount(join(folder, "target"));
		}
	},
);
