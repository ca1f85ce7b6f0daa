import { closeSync, openSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import { IndexError } from "../../src/sync/index-error.ts";
import { pushWrites, smallRegistry, storeOf } from "./content.ts";
import { expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

const REGISTRY = new Map(smallRegistry());
for (let tag = 0; tag < 20; tag++)
	for (const [key, content] of pushWrites("acme/many", `v${tag}`, [`${tag}`]))
		REGISTRY.set(key, content);

/** Overwrites all pages of a database but the first ones, which are read when it is opened. */
function damage(path: string): void {
	const file = openSync(path, "r+");
	const start = 4 * 8192;
	const end = statSync(path).size;
	expect(end).toBeGreaterThan(2 * start);
	writeSync(file, Buffer.alloc(end - start, 0xa5), 0, end - start, start);
	closeSync(file);
}

test("sync › an index that is found damaged in the midst of a pass is said to be, and the next pass makes it anew", async () => {
	using index = new TemporaryIndex();
	const indexPath = index.path;
	const source = await storeOf(REGISTRY);
	const target = new MemoryStore();
	await run(source, target, { indexPath });
	damage(indexPath);
	const failing = run(source, target, { indexPath });
	await expect(failing).rejects.toBeInstanceOf(IndexError);
	await expect(failing).rejects.toMatchObject({
		message: `The index at ${indexPath} was damaged`,
		suggestions: [expect.stringMatching(/^Run it again/)],
	});
	const { result } = await run(source, target, { indexPath });
	expect(result.isComplete).toBe(true);
	await expectContent(target, REGISTRY);
});

test("sync › another program's database is refused as an index, and left as it was", async () => {
	using index = new TemporaryIndex();
	const other = join(index.directory, "other.sqlite");
	const database = new DatabaseSync(other);
	database.exec(
		"CREATE TABLE object (name TEXT); INSERT INTO object VALUES ('kept')",
	);
	const pass = run(await storeOf(REGISTRY), new MemoryStore(), {
		indexPath: other,
	});
	await expect(pass).rejects.toBeInstanceOf(IndexError);
	await expect(pass).rejects.toMatchObject({
		message: expect.stringContaining("another program's database"),
	});
	const mode = database.prepare("PRAGMA journal_mode").get();
	expect(mode).toEqual({ journal_mode: "delete" });
	const row = database.prepare("SELECT name FROM object").get();
	expect(row).toEqual({ name: "kept" });
	database.close();
});
