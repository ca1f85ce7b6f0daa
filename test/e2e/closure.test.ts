import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { ClosureChecker } from "./closure.ts";
import { treeKeys } from "./tree.ts";

/** A registry that has everything, and what the checker says of it once something is gone. */
function sample() {
	const root = mkdtempSync(join(tmpdir(), "regmigrate-closure-"));
	onTestFinished(() => rmSync(root, { recursive: true }));
	writeSampleRegistry(root, {
		repositories: 1,
		tagsPerRepository: 2,
		sharedLayersPerTag: 0,
	});
	const keys = treeKeys(root);
	const checker = new ClosureChecker(new FilesystemStore(root));
	return { root, keys, checker };
}

test("ClosureChecker › finds nothing wrong with a whole registry, and follows all its tags", async () => {
	const { keys, checker } = sample();
	expect(await checker.check(new Set(keys))).toEqual({
		breaches: [],
		objects: keys.length,
		tags: 2,
	});
});

test("ClosureChecker › misses every object that a tag of a registry without garbage needs", async () => {
	const { root, keys, checker } = sample();
	const needed = keys.filter((key) => !/\/tags\//.test(key));
	expect(needed.length).toBeGreaterThan(30);
	const store = new FilesystemStore(root);
	for (const key of needed) {
		await using reader = await store.get(key);
		const content = await reader.bytes(reader.meta.size);
		await store.delete([key]);
		const { breaches } = await checker.check(new Set(keys));
		expect(breaches.join("\n"), key).toContain(
			`needs ${key}, which is missing`,
		);
		await store.put(key, content);
	}
});

test("ClosureChecker › does not ask for what the source does not have either", async () => {
	const { root, keys, checker } = sample();
	const layer = keys.find((key) => key.includes("/_layers/")) ?? "";
	await new FilesystemStore(root).delete([layer]);
	const { breaches } = await checker.check(
		new Set(keys.filter((key) => key !== layer)),
	);
	expect(breaches).toEqual([]);
});
