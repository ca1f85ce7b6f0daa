import { renameSync, statSync } from "node:fs";
import { mkdtemp, readdir, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { mayBeThere } from "../../../src/store/filesystem/absence.ts";
import { FilesystemStore } from "../../../src/store/filesystem/filesystem-store.ts";
import { isLocal } from "../../../src/store/filesystem/locality.ts";
import { Root } from "../../../src/store/filesystem/root.ts";
import { describeStore } from "../../conformance/describe-store.ts";
import { bytes, expectCode } from "../../conformance/objects.ts";
import { TemporaryRoot } from "./temporary-root.ts";

const FAR = { isLocal: () => false };
const about = (key: string) => ({ store: "store", operation: "head", key });

describe("what was not found", () => {
	test.each(["absent", "a/absent", "a/b/c", "file/below"])(
		"is absent on a local file system: %s",
		async (key) => {
			using root = new TemporaryRoot();
			await root.fill("a/1", "file");
			const local = new Root(root.path, "store", { isLocal: () => true });
			expect(mayBeThere(local, key, about(key))).toBe(false);
		},
	);

	test("is looked for once more where attributes can be old and its directory names it", async () => {
		using root = new TemporaryRoot();
		await root.fill("a/1");
		const far = new Root(root.path, "store", FAR);
		expect(mayBeThere(far, "a/1", about("a/1"))).toBe(true);
		expect(mayBeThere(far, "a/2", about("a/2"))).toBe(false);
		expect(mayBeThere(far, "b/c/1", about("b/c/1"))).toBe(false);
	});

	test.each(["disk", "disk/a", "disk/a/b"])(
		"is unknown behind a link that leads nowhere: %s (I2)",
		async (key) => {
			using root = new TemporaryRoot();
			await symlink("nowhere", root.at("disk"));
			const unknown = {
				code: "unavailable",
				key,
				reason:
					'the symbolic link "disk" leads nowhere (is what it leads to mounted?)',
			};
			await expect(root.store.head(key)).rejects.toMatchObject(unknown);
			await expect(root.store.get(key)).rejects.toMatchObject(unknown);
			expect(await root.list({ prefix: `${key}/` })).toEqual({
				keys: [],
				prefixes: [],
				unreadable: [[`${key}/`, "unavailable"]],
			});
		},
	);

	test("is absent behind a link that leads somewhere", async () => {
		using root = new TemporaryRoot();
		await root.fill("real/1");
		await symlink("real", root.at("link"));
		for (const key of ["link/2", "link/2/3"]) {
			expect(await root.store.head(key)).toBeUndefined();
			await expectCode(root.store.get(key), "not-found");
			expect((await root.list({ prefix: `${key}/` })).unreadable).toEqual([]);
		}
	});

	test("in another root than the store was opened in is unknown, and so is what was found (I2)", async () => {
		using root = new TemporaryRoot();
		using other = new TemporaryRoot();
		await root.fill("a/1");
		await other.fill("a/1", "a/2");
		const content = statSync(other.at("a/1")).mtimeMs;
		renameSync(root.path, `${root.path}-away`);
		renameSync(other.path, root.path);
		const { store } = root;
		for (const key of ["a/1", "a/2", "a/3"]) {
			await expectCode(store.head(key), "unavailable");
			await expectCode(store.get(key), "unavailable");
			await expectCode(store.put(key, bytes("x")), "unavailable");
		}
		await expectCode(root.list(), "unavailable");
		await expectCode(root.list({ prefix: "a/" }), "unavailable");
		await expectCode(root.list({ prefix: "b/" }), "unavailable");
		expect(statSync(root.at("a/1")).mtimeMs).toBe(content);
		renameSync(root.path, other.path);
		renameSync(`${root.path}-away`, root.path);
		expect(await store.head("a/1")).toMatchObject({ key: "a/1" });
	});
});

describe("a file system", () => {
	test("of this machine's own is known, and what is not known is none", () => {
		expect(isLocal(tmpdir())).toBe(true);
		// It is of no disk, and nobody's memory: its attributes are made up as they are asked for.
		expect(isLocal("/proc")).toBe(false);
		expect(isLocal("/nowhere/at/all")).toBe(false);
	});
});

describeStore("the file system store where attributes can be old", {
	open: async () =>
		new FilesystemStore(await mkdtemp(join(tmpdir(), "regmigrate-far-")), FAR),
	reopen: async (store) => new FilesystemStore(fileURLToPath(store.url), FAR),
	leftovers: async (store) => {
		const names = await readdir(fileURLToPath(store.url), { recursive: true });
		return names.filter((name) => name.endsWith(".tmp"));
	},
	close: (store) => rm(fileURLToPath(store.url), { recursive: true }),
});
