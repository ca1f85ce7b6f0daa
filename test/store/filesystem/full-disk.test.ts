import { mkdirSync } from "node:fs";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import { open as openDirectory } from "../../../src/store/filesystem/open.ts";
import { bodyOf } from "../../conformance/bodies.ts";
import { bytes, keysOf, read } from "../../conformance/objects.ts";
import {
	canMount,
	forbidWriting,
	mountAt,
	unmount,
} from "./temporary-mount.ts";
import { TemporaryRoot } from "./temporary-root.ts";

/** Acts on a root with a small disk mounted at its directory `disk`. */
async function onDisk(
	act: (root: TemporaryRoot) => Promise<void>,
): Promise<void> {
	using root = new TemporaryRoot();
	mkdirSync(root.at("disk"));
	expect(mountAt(root.at("disk"))).toBe(true);
	try {
		await act(root);
	} finally {
		unmount(root.at("disk"));
	}
}

describe.skipIf(!canMount)("on a small disk", () => {
	test("a put that finds no room leaves the old object, no temporary file, and says what to do", () =>
		onDisk(async (root) => {
			const { store } = root;
			await store.put("disk/a", bytes("old"));
			const content = Buffer.alloc(200 * 1024);
			for (const [key, body] of [
				["disk/a", content],
				["disk/d/e/b", bodyOf([content])],
			] as const)
				await expect(store.put(key, body)).rejects.toMatchObject({
					code: "unavailable",
					reason: "no space is left on the device",
					suggestions: [expect.stringContaining("Make room")],
				});
			expect(root.names("disk")).toEqual(["a"]);
			expect(await read(store, "disk/a")).toEqual(bytes("old"));
			await store.put("disk/a", bytes("new"));
			expect(await read(store, "disk/a")).toEqual(bytes("new"));
		}));

	test("that is mounted read-only, puts and deletes say so, and all can be read", () =>
		onDisk(async (root) => {
			const { store } = root;
			await store.put("disk/a", bytes("old"));
			expect(forbidWriting(root.at("disk"))).toBe(true);
			const refusal = {
				code: "permission-denied",
				reason: "the file system is mounted read-only",
				suggestions: [expect.stringContaining("read-write")],
			};
			for (const key of ["disk/a", "disk/b", "disk/d/c"])
				await expect(store.put(key, bytes("new"))).rejects.toMatchObject(
					refusal,
				);
			const failures = await store.delete(["disk/a"]);
			expect([...failures]).toMatchObject([["disk/a", refusal]]);
			expect(await keysOf(store, { prefix: "" })).toEqual(["disk/a"]);
			expect(await read(store, "disk/a")).toEqual(bytes("old"));
		}));

	test("that is mounted read-only, a store to be written is not opened, and one to be read is", () =>
		onDisk(async (root) => {
			const url = pathToFileURL(root.at("disk"));
			openDirectory(url, { isWritten: true });
			expect(forbidWriting(root.at("disk"))).toBe(true);
			expect(() => openDirectory(url, { isWritten: true })).toThrow(
				/^Cannot write file:.*: the file system is mounted read-only$/,
			);
			openDirectory(url);
		}));
});
