import { mkdirSync, statSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { FilesystemStore } from "../../../src/store/filesystem/filesystem-store.ts";
import { bytes, expectCode, keysOf, read } from "../../conformance/objects.ts";
import { canMount, mountAgainAt, mountAt, unmount } from "./temporary-mount.ts";
import { TemporaryRoot } from "./temporary-root.ts";

/** Acts while something is mounted at a directory of a root's. */
async function mounted(
	root: TemporaryRoot,
	directory: string,
	mount: (path: string) => boolean,
	act: () => Promise<void>,
): Promise<void> {
	mkdirSync(root.at(directory), { recursive: true });
	expect(mount(root.at(directory))).toBe(true);
	try {
		await act();
	} finally {
		unmount(root.at(directory));
	}
}

describe.skipIf(!canMount)("a file system that is mounted", () => {
	test("inside the root is part of the store", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "z");
		await mounted(root, "d/m", mountAt, async () => {
			await root.store.put("d/m/x/1", bytes("x"));
			expect((await root.list()).keys).toEqual(["a", "d/m/x/1", "z"]);
			expect(await read(root.store, "d/m/x/1")).toEqual(bytes("x"));
			expect(await root.store.delete(["d/m/x/1"])).toEqual(new Map());
		});
		expect((await root.list()).keys).toEqual(["a", "z"]);
	});

	test("inside itself ends where it begins", async () => {
		using root = new TemporaryRoot();
		await root.fill("a", "d/1");
		const again = (path: string) => mountAgainAt(root.path, path);
		await mounted(root, "d/self", again, async () => {
			expect(await root.list()).toEqual({
				keys: ["a", "d/1", "d/self/a", "d/self/d/1"],
				prefixes: [],
				unreadable: [],
			});
		});
	});

	test("at the root, and taken away, leaves nothing that is known, nor written (I2)", async () => {
		using root = new TemporaryRoot();
		await root.fill("beneath/1");
		let opened: FilesystemStore | undefined;
		await mounted(root, "beneath", mountAt, async () => {
			const store = new FilesystemStore(root.at("beneath"));
			await store.put("a", bytes("x"));
			expect(await keysOf(store, { prefix: "" })).toEqual(["a"]);
			opened = store;
		});
		const store = opened ?? root.store;
		for (const key of ["a", "1", "absent"]) {
			await expectCode(store.head(key), "unavailable");
			await expectCode(store.get(key), "unavailable");
			await expectCode(store.put(key, bytes("x")), "unavailable");
			await expectCode(store.delete([key]), "unavailable");
		}
		for (const prefix of ["", "a", "b/"])
			await expectCode(keysOf(store, { prefix }), "unavailable");
		expect(root.names("beneath")).toEqual(["1"]);
	});

	test("over the root, though its directory has the same inode, is another place (I2)", async () => {
		using root = new TemporaryRoot();
		await mounted(root, "m", mountAt, async () => {
			const store = new FilesystemStore(root.at("m"));
			const { ino } = statSync(root.at("m"));
			expect(mountAt(root.at("m"))).toBe(true);
			try {
				expect(statSync(root.at("m")).ino).toBe(ino);
				await expectCode(store.head("a"), "unavailable");
				await expectCode(store.put("a", bytes("x")), "unavailable");
				await expectCode(keysOf(store, { prefix: "" }), "unavailable");
			} finally {
				unmount(root.at("m"));
			}
			await store.put("a", bytes("x"));
		});
	});

	test("over the root while a large object is put ends that put, and is not written (I2)", async () => {
		using root = new TemporaryRoot();
		mkdirSync(root.at("beneath"));
		const store = new FilesystemStore(root.at("beneath"));
		const putting = store.put("d/a", {
			size: 2,
			bytes: async () => bytes("xy"),
			async *open() {
				yield bytes("x");
				expect(mountAt(root.at("beneath"))).toBe(true);
				yield bytes("y");
			},
		});
		await expectCode(putting, "unavailable");
		expect(root.names("beneath")).toEqual([]);
		unmount(root.at("beneath"));
		expect(root.names("beneath/d").length).toBeLessThanOrEqual(1);
		await store.put("e/b", bytes("x"));
		expect(await keysOf(store, { prefix: "e/" })).toEqual(["e/b"]);
	});
});
