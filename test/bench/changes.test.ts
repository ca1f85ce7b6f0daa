import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readObjects } from "../../scripts/bench/tree.ts";
import { changeTree } from "../../scripts/bench/workloads/changes.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";

const MODIFIED = new Date("2024-05-01T12:00:00Z");
const OPTIONS = { repositories: 5, modified: MODIFIED };

describe("a changed tree", () => {
	let root = "";
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), "regmigrate-changes-"));
		writeSampleRegistry(root, OPTIONS);
	});
	afterEach(() => rmSync(root, { recursive: true }));

	test("is what it says", () => {
		const { objects } = readObjects(root);
		const { expected } = changeTree(root, OPTIONS, objects);
		expect(readObjects(root).objects).toEqual(expected.objects);
		const written = [...expected.objects].filter(
			([key, print]) => objects.get(key) !== print,
		);
		expect(written).toHaveLength(expected.written);
	});

	test("has moved tags of one size, with time stamps of every kind", () => {
		const { objects } = readObjects(root);
		const { expected } = changeTree(root, OPTIONS, objects);
		const moves = new Map(
			[...expected.moved].map(([key, move]) => [move, key]),
		);
		const modified = (key = "") => statSync(join(root, key)).mtime;
		expect(modified(moves.get("kept"))).toEqual(MODIFIED);
		expect(modified(moves.get("older")).getFullYear()).toBe(2024);
		expect(modified(moves.get("older"))).not.toEqual(MODIFIED);
		expect(modified(moves.get("newer")).getFullYear()).toBeGreaterThan(2024);
		for (const key of expected.moved.keys()) {
			expect(expected.objects.get(key)).not.toBe(objects.get(key));
			expect(statSync(join(root, key)).size).toBe(71);
		}
	});

	test("differs in about one object in a hundred", () => {
		const options = { ...OPTIONS, repositories: 25 };
		writeSampleRegistry(root, options);
		const { objects } = readObjects(root);
		const { expected } = changeTree(root, options, objects);
		expect(expected.written / objects.size).toBeGreaterThan(0.008);
		expect(expected.written / objects.size).toBeLessThan(0.012);
	});

	test("becomes what it was", () => {
		const { objects } = readObjects(root);
		const changes = changeTree(root, OPTIONS, objects);
		changes.undo();
		expect(readObjects(root).objects).toEqual(objects);
		for (const key of changes.expected.moved.keys())
			expect(statSync(join(root, key)).mtime).toEqual(MODIFIED);
	});
});
