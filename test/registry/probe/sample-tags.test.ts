import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../../scripts/sample-registry/sample-registry.ts";
import { formatKey } from "../../../src/layout/paths.ts";
import { sampleTags } from "../../../src/registry/probe/sample-tags.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { openStore } from "../../../src/store/open.ts";
import { passOn } from "../../../src/store/pass-on.ts";

test("some tags are found by few requests, in repositories beside and inside each other", async () => {
	const root = mkdtempSync(join(tmpdir(), "regmigrate-sample-"));
	onTestFinished(() => rmSync(root, { recursive: true }));
	writeSampleRegistry(root, {
		repositories: 50,
		tagsPerRepository: 3,
		layersPerTag: 1,
		sharedLayersPerTag: 0,
		extras: ["upload"],
	});
	await using store = await openStore(pathToFileURL(root));
	let listings = 0;
	const counted = {
		...passOn(store),
		list: (options: Parameters<typeof store.list>[0]) => {
			listings++;
			return store.list(options);
		},
	};
	const tags = await sampleTags(counted, { count: 10 });
	expect(tags).toHaveLength(10);
	expect(listings).toBeLessThanOrEqual(10 * 4 * 5);
	expect(
		new Set(tags.map(({ repository }) => repository)).size,
	).toBeGreaterThan(3);
	for (const tag of tags)
		expect(
			await store.head(formatKey({ kind: "current", ...tag })),
		).toMatchObject({ size: 71 });
});

test("half of them are of the repository that is named", async () => {
	const store = new MemoryStore();
	for (const repository of ["mine", "other"])
		for (let number = 0; number < 20; number++) {
			const key = { kind: "current", repository, tag: `v${number}` } as const;
			await store.put(formatKey(key), Buffer.from("x"));
		}
	const tags = await sampleTags(store, {
		repository: "mine",
		// Otherwise it turns to the last of all each time.
		random: (() => {
			let looks = 0;
			return () => (looks < 4 ? looks++ / 20 : 0.99);
		})(),
	});
	expect(tags.map(({ repository, tag }) => `${repository}:${tag}`)).toEqual([
		...["mine:v0", "mine:v1", "mine:v10", "mine:v11"],
		"other:v9",
	]);
	expect(
		await sampleTags(store, { repository: "none", count: 2 }),
	).toHaveLength(2);
});

test("the same tag is named once, and an empty storage has none", async () => {
	const store = new MemoryStore();
	expect(await sampleTags(store)).toEqual([]);
	const tag = { repository: "a", tag: "v1" };
	await store.put(formatKey({ kind: "current", ...tag }), Buffer.from("x"));
	await store.put(
		"docker/registry/v2/repositories/a/_uploads/1/data",
		Buffer.from("x"),
	);
	expect(await sampleTags(store, { count: 3 })).toEqual([tag]);
});
