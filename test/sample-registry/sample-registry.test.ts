import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import {
	SAMPLE_EXTRAS,
	type SampleOptions,
} from "../../scripts/sample-registry/options.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { parseDigest } from "../../src/layout/digest.ts";
import { exclusionOf } from "../../src/layout/exclusion.ts";
import { blobKey, parseKey } from "../../src/layout/paths.ts";
import { hashTree, readTree } from "./read-tree.ts";

const SMALL = { repositories: 5, tagsPerRepository: 3 };

const roots: string[] = [];
afterAll(() => {
	for (const root of roots) rmSync(root, { recursive: true });
});

function write(options: SampleOptions = SMALL) {
	const root = mkdtempSync(join(tmpdir(), "regmigrate-sample-"));
	roots.push(root);
	return { summary: writeSampleRegistry(root, options), tree: readTree(root) };
}

function sha256(content: Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

describe("a sample registry", () => {
	const { summary, tree } = write();

	it("is the same for the same options", () => {
		expect(hashTree(write().tree)).toBe(hashTree(tree));
	});

	it("stays the same from version to version and machine to machine", () => {
		expect(hashTree(tree)).toMatchInlineSnapshot(
			`"c4d9b7dbdeb6d45aeb38cee6dae26f1b1230f8f3d80f6fc0c9280bdce8249b15"`,
		);
	});

	it("is another for another seed, with as many files", () => {
		const other = write({ ...SMALL, seed: 2 });
		expect(hashTree(other.tree)).not.toBe(hashTree(tree));
		expect(other.summary).toEqual(summary);
	});

	it("names every blob by its content", () => {
		for (const [key, content] of tree) {
			const parsed = parseKey(key);
			if (parsed?.kind === "blob")
				expect(sha256(content)).toBe(parsed.digest.hex);
		}
	});

	it("holds nothing but blobs that somebody links to, and links that resolve", () => {
		const linked = new Set<string>();
		for (const [key, content] of tree) {
			const parsed = parseKey(key);
			if (parsed?.kind === "blob") continue;
			const digest = parseDigest(content.toString());
			expect(parsed).toBeDefined();
			expect(content.length).toBe(71);
			expect(tree.has(digest === undefined ? "" : blobKey(digest))).toBe(true);
			if (digest !== undefined) linked.add(blobKey(digest));
		}
		expect(linked.size).toBe(summary.blobs);
	});

	it("has manifests that name blobs of the right size and layers that unpack", () => {
		const manifests = [...tree.values()]
			.filter((content) => content.includes('"schemaVersion"'))
			.map((content): unknown => JSON.parse(content.toString()));
		expect(manifests.length).toBeGreaterThan(10);
		for (const manifest of manifests) {
			for (const { digest, size, mediaType } of descriptors(manifest)) {
				const parsed = parseDigest(digest);
				const blob = parsed && tree.get(blobKey(parsed));
				expect(blob?.length).toBe(size);
				if (blob !== undefined && /gzip$/.test(mediaType)) {
					const tar = gunzipSync(blob);
					expect(tar.length % 512).toBe(0);
					expect([...tree.values()].some((c) => c.includes(sha256(tar)))).toBe(
						true,
					);
				}
			}
		}
	});

	it("counts what it wrote", () => {
		const kinds = [...tree.keys()].map((key) => parseKey(key)?.kind);
		const blobs = kinds.filter((kind) => kind === "blob").length;
		expect(summary).toEqual({
			repositories: 5,
			files: tree.size,
			blobs,
			links: tree.size - blobs,
			tags: 15,
			bytes: [...tree.values()].reduce((sum, { length }) => sum + length, 0),
			extras: [],
		});
	});

	it("keeps what is damaged apart from what is whole", () => {
		const damaged = write({ ...SMALL, extras: SAMPLE_EXTRAS });
		for (const [key, content] of tree)
			expect(damaged.tree.get(key)).toEqual(content);
		expect(damaged.summary.files).toBe(damaged.tree.size);
		const keys = Object.groupBy(damaged.summary.extras, ({ extra }) => extra);
		expect(Object.keys(keys)).toEqual(SAMPLE_EXTRAS);
		expect(keys.upload?.map(({ key }) => exclusionOf(key))).toEqual(
			Array(3).fill("upload"),
		);
		expect(keys.temporary?.map(({ key }) => exclusionOf(key))).toEqual(
			Array(2).fill("temporary"),
		);
	});

	it.each([
		{ repositories: 1, tagsPerRepository: 1, layersPerTag: 0 },
		{ repositories: 2, tagsPerRepository: 2, sharedLayersPerTag: 4 },
		{ repositories: 2, multiPlatformEvery: 0, layerBytes: 200_000 },
	])("can be as bare as %j", (options) => {
		const { summary, tree } = write(options);
		expect(summary.files).toBe(tree.size);
		expect(summary.tags).toBe(
			options.repositories * (options.tagsPerRepository ?? 8),
		);
	});

	it.each([
		{ repositories: 0 },
		{ layersPerTag: 1.5 },
		{ layersPerTag: 1, sharedLayersPerTag: 2 },
	])("refuses %j", (options) => {
		expect(() => write(options)).toThrow(RangeError);
	});
});

interface Descriptor {
	readonly digest: string;
	readonly size: number;
	readonly mediaType: string;
}

/** Everything in a manifest that has a digest. */
function descriptors(value: unknown): readonly Descriptor[] {
	if (typeof value !== "object" || value === null) return [];
	const below = Object.values(value).flatMap(descriptors);
	return isDescriptor(value) ? [value, ...below] : below;
}

function isDescriptor(value: object): value is Descriptor {
	return "digest" in value && "size" in value && "mediaType" in value;
}
