import { mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { traced, writesOf } from "../support/trace.ts";
import {
	blob,
	digestOf,
	pushWrites,
	putAll,
	smallRegistry,
	storeOf,
	type Write,
} from "./content.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const ROOT = "docker/registry/v2/";
const APP = `${ROOT}repositories/acme/app/`;
const TAG = `${APP}_manifests/tags/v1/`;
const HEX = digestOf("base").hex;
const BLOB = `${ROOT}blobs/sha256/${HEX.slice(0, 2)}/${HEX}/`;

/** A directory that holds this, too: its listing takes short cuts that the memory's does not. */
async function directoryOf(content: Iterable<Write>): Promise<ObjectStore> {
	const store = new FilesystemStore(mkdtempSync(join(root, "registry-")));
	await putAll(store, content);
	return store;
}

let root: string;

beforeAll(() => {
	root = memoryDirectory("what");
});

afterAll(() => rmSync(root, { recursive: true }));

describe.each([
	["memory", storeOf],
	["a directory", directoryOf],
])("sync › copies verbatim, from %s, what it does not know", (_, sourceOf) => {
	test.each([
		"docker/registry/notes.txt",
		"docker/registry/v3/manifests/a",
		`${ROOT}notes.txt`,
		`${ROOT}blobs/notes.txt`,
		`${ROOT}blobs/sha256/zz/too-short/data`,
		`${ROOT}repositories/notes.txt`,
		`${ROOT}repositories/acme/.DS_Store`,
		`${ROOT}repositories/_layers/odd`,
		`${APP}_notes/today`,
		`${APP}_layers/notes.txt`,
		`${APP}_layers/sha256/too-short/link`,
		`${APP}_manifests/notes.txt`,
		`${APP}_manifests/tags/.DS_Store`,
		`${TAG}index/notes.txt`,
		// Beside a tag that is called as a directory of uploads.
		`${APP}_manifests/tags/notes.txt`,
	])("%s", async (key) => {
		const registry = new Map(REGISTRY).set(key, Buffer.from("any content"));
		const target = new MemoryStore();
		const { result } = await run(await sourceOf(registry), target);
		expect(result).toMatchObject({ isComplete: true });
		expect(result.scanned.objects).toBe(registry.size - 1);
		await expectContent(target, registry);
	});
});

describe("sync › copies as they are", () => {
	const repository = "acme/app";
	const [digest, other] = [digestOf("base"), digestOf("another name")];

	test.each<[string, readonly Write[]]>([
		[
			"an alias link, which names another digest than its own path",
			[
				[
					formatKey({ kind: "layer", repository, digest: other }),
					Buffer.from(formatDigest(digest)),
				],
			],
		],
		[
			"a sha512 blob, and a link to it of 135 bytes",
			[
				blob("content", "sha512"),
				[
					formatKey({
						kind: "layer",
						repository,
						digest: digestOf("content", "sha512"),
					}),
					Buffer.from(formatDigest(digestOf("content", "sha512"))),
				],
			],
		],
		[
			"signatures of old manifests",
			[
				blob("signature"),
				[
					formatKey({
						kind: "signature",
						repository,
						revision: other,
						digest: digestOf("signature"),
					}),
					Buffer.from(formatDigest(digestOf("signature"))),
				],
			],
		],
		["an empty blob", [blob("")]],
		[
			"a repository whose name begins as a section's",
			pushWrites("a-_layers", "v1", ["base"]),
		],
	])("%s", async (_, writes) => {
		const registry = new Map([...REGISTRY, ...writes]);
		const target = new MemoryStore();
		const { result } = await run(await storeOf(registry), target);
		expect(result).toMatchObject({ isComplete: true });
		await expectContent(target, registry);
	});
});

describe.each([
	["memory", storeOf],
	["a directory", directoryOf],
])("sync › never copies, from %s, and never misses", (_, sourceOf) => {
	test.each([
		`${APP}_uploads/0a/data`,
		`${APP}_uploads/0a/startedat`,
		`${APP}_uploads/0a/hashstates/sha256/0`,
		`${BLOB}data.0a0a.tmp`,
		`${TAG}current/link.0a0a.tmp`,
		`${BLOB}stray`,
		`${TAG}current/stray`,
		"docker/other/object",
		`${TAG}notes.txt`,
		`${APP}_manifests/tags/_uploads/notes.txt`,
		"notes.txt",
	])("%s", async (key) => {
		const registry = new Map(REGISTRY).set(key, Buffer.from("any content"));
		const target = traced(new MemoryStore());
		const { result } = await run(await sourceOf(registry), target.store);
		expect(result).toMatchObject({ isComplete: true });
		expect(result.scanned.objects).toBe(REGISTRY.size - 1);
		expect(writesOf(target.calls).map((call) => call.key)).not.toContain(key);
		await expectContent(target.store, REGISTRY);
	});
});

describe("sync › never copies", () => {
	test("a directory marker, which would become a tag without a name", async () => {
		const content = await storeOf(REGISTRY);
		const tags = `${APP}_manifests/tags/`;
		const marker = {
			key: tags,
			size: 0,
			version: "",
			lastModified: 0,
			md5: undefined,
		};
		const { store } = traced(content);
		const target = new MemoryStore();
		const { result } = await run(
			{
				...store,
				async *list(options) {
					if (options.prefix === tags)
						yield { objects: [marker], prefixes: [], unreadable: [] };
					yield* store.list(options);
				},
			},
			target,
		);
		expect(result.isComplete).toBe(true);
		await expectContent(target, REGISTRY);
	});
});
