import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import {
	type Content,
	contentOf,
	LOCK,
	pushWrites,
	putAll,
	smallRegistry,
	type Write,
} from "./content.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const OTHER: Content = new Map([...pushWrites("other", "v9", ["else"]), LOCK]);
const NOTES: Write = ["docker-notes.txt", Buffer.from("notes")];

let root: string;

beforeEach(() => {
	root = memoryDirectory("prefix");
});

afterEach(() => rmSync(root, { recursive: true }));

/** A part of one large store, with content. */
async function partOf(
	prefix: string,
	content: Iterable<Write>,
): Promise<FilesystemStore> {
	const path = join(root, prefix);
	mkdirSync(path, { recursive: true });
	const store = new FilesystemStore(path);
	await putAll(store, content);
	return store;
}

describe("sync › between parts of larger stores", () => {
	test.each([
		[
			"beside another registry",
			"bucket/registry",
			"bucket/registry-old",
			OTHER,
		],
		[
			"beside something that begins as it",
			"bucket/reg",
			"bucket/registry",
			OTHER,
		],
		["beneath something else", "bucket/registry", "bucket", new Map([NOTES])],
	])(
		"from a prefix to one that lies %s: nothing else is read or touched",
		async (_, to, neighbour, present) => {
			const beside = await partOf(neighbour, present);
			await partOf("sources/other", OTHER);
			const source = await partOf("sources/registry", REGISTRY);
			const target = await partOf(to, []);
			expect((await run(source, target)).result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
			const left = [...(await contentOf(beside))].filter(([key]) =>
				present.has(key),
			);
			expect(new Map(left)).toEqual(present);
			await expectContent(source, REGISTRY);

			const again = await run(source, target);
			expect(again.result.copied.objects).toBe(0);
		},
	);
});
