import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { BaseFile } from "../../src/sync/base-file.ts";
import { BASE_SCHEMA } from "../../src/sync/base-table.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { temporaryFolder } from "../cli/folders.ts";
import { snapshotTree } from "../e2e/tree.ts";

/** A base of so many objects. */
function written(objects: number): string {
	const path = join(temporaryFolder(), "a b.base");
	const database = new DatabaseSync(path);
	database.exec(BASE_SCHEMA);
	database.exec("INSERT INTO fact VALUES ('id', 'one')");
	const insert = database.prepare(
		"INSERT INTO object VALUES (?, 9, 1, NULL, 'v', 1)",
	);
	database.exec("BEGIN");
	for (let index = 0; index < objects; index++)
		insert.run(`key/${String(index).padStart(200, "0")}`);
	database.exec("COMMIT");
	database.close();
	return path;
}

test("who only reads it touches neither it nor its directory, whoever has written to it", () => {
	const path = written(10);
	const seen = () => [
		statSync(join(path, "..")).mtimeMs,
		...snapshotTree(join(path, "..")),
	];
	for (const hasWritten of [false, true]) {
		if (hasWritten) {
			using base = new BaseFile(path);
			base.noteWrite("key/x", "sha256:0");
		}
		const before = seen();
		{
			using base = new BaseFile(path, { isReadOnly: true });
			expect(base.id).toBe("one");
			expect([...base.shared()]).toHaveLength(10);
			expect(base.writtenTo("key/x")).toEqual(hasWritten ? ["sha256:0"] : []);
			expect(() => base.noteWrite("key/y", undefined)).toThrow("readonly");
		}
		expect(seen()).toEqual(before);
	}
});

test("what was noted by a process that was killed is read, too", () => {
	const path = written(1);
	using killed = new BaseFile(path);
	killed.noteWrite("key/x", "sha256:0");
	using base = new BaseFile(path, { isReadOnly: true });
	expect(base.writtenTo("key/x")).toEqual(["sha256:0"]);
});

test("damage in its middle is found where it is read, and told as what it is", () => {
	const path = written(5000);
	const file = openSync(path, "r+");
	const noise = Buffer.alloc(64 * 1024, "damage");
	writeSync(file, noise, 0, noise.length, statSync(path).size / 2);
	closeSync(file);
	using base = new BaseFile(path, { isReadOnly: true });
	expect(base.id).toBe("one");
	expect(() => [...base.shared()]).toThrow(SyncRefusal);
	expect(() => [...base.shared()]).toThrow("a b.base, which tells what");
});
