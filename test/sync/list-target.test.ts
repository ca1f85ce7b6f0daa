import fc from "fast-check";
import { expect, test } from "vitest";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectMeta } from "../../src/store/object-store.ts";
import { listTarget } from "../../src/sync/list-target.ts";
import type { ObjectIndex } from "../../src/sync/object-index.ts";
import { putAll } from "../conformance/objects.ts";
import { paged } from "./paged.ts";

const KEY = fc
	.array(
		fc.constantFrom(
			"v2",
			"v2.old",
			"blobs",
			"repositories",
			"a",
			"a-b",
			"a.b",
			"sha256",
			"3",
			"3a",
			"_layers",
		),
		{ minLength: 1, maxLength: 7 },
	)
	.map((parts) => `docker/registry/${parts.join("/")}/x`);

test("listTarget › takes in all that one listing has, whatever the pages and however it is divided", async () => {
	await fc.assert(
		fc.asyncProperty(
			fc.uniqueArray(KEY, { maxLength: 60 }),
			fc.integer({ min: 1, max: 10 }),
			fc.integer({ min: 1, max: 8 }),
			async (keys, pageSize, concurrency) => {
				const memory = new MemoryStore();
				await putAll(memory, keys);
				const { store: target } = paged(memory, pageSize);
				const found = new Set<string>();
				const addTarget = (objects: Iterable<ObjectMeta>) => {
					for (const { key } of objects) found.add(key);
				};
				const index = { addTarget } as ObjectIndex;
				const observe = () => {};
				const given = {
					target,
					index,
					concurrency,
					observe,
					signal: undefined,
				};
				await listTarget(given, pageSize);
				expect([...found].sort()).toEqual([...keys].sort());
			},
		),
		{ numRuns: 300 },
	);
});

test("listTarget › asks for one page of a target that has no more", async () => {
	const { store: target, asked } = paged(new MemoryStore(), 10);
	await putAll(
		target,
		Array.from({ length: 9 }, (_, at) => `docker/registry/${at}`),
	);
	const index = { addTarget: () => {} } as Partial<ObjectIndex> as ObjectIndex;
	const given = {
		target,
		index,
		concurrency: 8,
		observe: () => {},
		signal: undefined,
	};
	await listTarget(given, 10);
	expect(asked).toHaveLength(1);
});
