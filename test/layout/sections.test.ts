import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exclusionOf, isUpload } from "../../src/layout/exclusion.ts";
import { copyRank } from "../../src/layout/order.ts";
import {
	formatKey,
	kindOf,
	LOCKS_PREFIX,
	REGISTRY_PREFIX,
} from "../../src/layout/paths.ts";
import {
	BLOB_LISTING,
	lowestRankBelow,
	READ_ORDER,
	REPOSITORY_LISTING,
	REST_LISTING,
	repositoryOfSection,
	sectionListing,
} from "../../src/layout/sections.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ListOptions, ObjectStore } from "../../src/store/object-store.ts";
import { KEYS, REGISTRY_KEY } from "./arbitraries.ts";

const APP = "docker/registry/v2/repositories/acme/app";
const HEX = "01".repeat(32);

/** How often each key is listed when every listing of the layout is made, as a pass makes them. */
async function timesListed(
	store: ObjectStore,
): Promise<ReadonlyMap<string, number>> {
	const times = new Map<string, number>();
	const list = async (options: ListOptions) => {
		const repositories = new Set<string>();
		for await (const { objects, prefixes } of store.list(options)) {
			for (const { key } of objects) times.set(key, (times.get(key) ?? 0) + 1);
			for (const prefix of prefixes)
				repositories.add(repositoryOfSection(prefix));
		}
		return repositories;
	};
	for (const repository of await list(REPOSITORY_LISTING)) {
		for (const section of READ_ORDER)
			await list(sectionListing(repository, section));
	}
	await list(BLOB_LISTING);
	await list(REST_LISTING);
	await list({ prefix: LOCKS_PREFIX });
	return times;
}

/** Loose in `tags/` or in a tag: in no section of its own. */
const LOOSE =
	/^docker\/registry\/v2\/repositories\/(?:[^_/][^/]*\/)+_manifests\/tags\/(?:[^/]+\/)?[^/]+$/;

function expectedTimes(key: string): number {
	if (!key.startsWith(REGISTRY_PREFIX) || isUpload(key)) return 0;
	return LOOSE.test(key) ? 2 : 1;
}

describe("all listings of the layout together", () => {
	test("cover every key exactly once, but what is in _uploads never, and what is loose among the tags twice", async () => {
		await fc.assert(
			fc.asyncProperty(KEYS, async (keys) => {
				const store = new MemoryStore();
				for (const key of keys) await store.put(key, new Uint8Array());
				const times = await timesListed(store);
				for (const key of keys)
					expect(times.get(key) ?? 0, key).toBe(expectedTimes(key));
			}),
			{ numRuns: 300 },
		);
	});

	test("leave out in a directory, where only the expected name is looked for, nothing but what is excluded", async () => {
		await fc.assert(
			fc.asyncProperty(KEYS, async (all) => {
				const keys = all.filter(
					(key) => !all.some((other) => other.startsWith(`${key}/`)),
				);
				const root = mkdtempSync(join(tmpdir(), "regmigrate-layout-"));
				try {
					for (const key of keys) {
						mkdirSync(dirname(join(root, key)), { recursive: true });
						writeFileSync(join(root, key), "");
					}
					const times = await timesListed(new FilesystemStore(root));
					for (const key of keys) {
						if (exclusionOf(key) === undefined)
							expect(times.has(key), key).toBe(true);
					}
				} finally {
					rmSync(root, { recursive: true });
				}
			}),
			{ numRuns: 40 },
		);
	});

	test("read a repository from the tags down (I1)", () => {
		expect(READ_ORDER).toEqual(["current", "index", "revisions", "layers"]);
	});
});

describe("lowestRankBelow", () => {
	test("is never above the rank of anything that is there (I2)", () => {
		fc.assert(
			fc.property(REGISTRY_KEY.map(formatKey), (key) => {
				const rank = copyRank(kindOf(key));
				for (
					let slash = key.lastIndexOf("/");
					slash > 0;
					slash = key.lastIndexOf("/", slash - 1)
				)
					expect(lowestRankBelow(key.slice(0, slash + 1))).toBeLessThanOrEqual(
						rank,
					);
			}),
			{ numRuns: 500 },
		);
	});

	test.for([
		["docker/registry/v2/blobs/sha256/01/", "other"],
		["docker/registry/v2/repositories/acme/", "other"],
		[`${APP}/`, "other"],
		[`${APP}/_layers/`, "layer"],
		[`${APP}/_layers/sha256/${HEX}/`, "layer"],
		[`${APP}/_manifests/`, "signature"],
		[`${APP}/_manifests/revisions/sha256/${HEX}/`, "signature"],
		[`${APP}/_manifests/tags/`, "index"],
		[`${APP}/_manifests/tags/_layers/`, "index"],
		[`${APP}/_manifests/tags/v1/index/`, "index"],
		[`${APP}/_manifests/tags/v1/current/`, "current"],
		[`${APP}/_uploads/`, "current"],
	] as const)("is for %s that of: %s", ([prefix, kind]) => {
		expect(lowestRankBelow(prefix)).toBe(copyRank(kind));
	});
});
