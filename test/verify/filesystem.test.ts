import {
	mkdirSync,
	mkdtempSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { SAMPLE_EXTRAS } from "../../scripts/sample-registry/options.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { exclusionOf } from "../../src/layout/exclusion.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";
import { verify } from "../../src/verify/verify.ts";
import { altered } from "./altered-stores.ts";
import { copyAll } from "./registry.ts";

const roots: string[] = [];

afterEach(() => {
	for (const root of roots.splice(0)) rmSync(root, { recursive: true });
});

function temporaryRoot(): string {
	const root = mkdtempSync(join(tmpdir(), "regmigrate-verify-"));
	roots.push(root);
	return root;
}

/** A sample registry on a file system, and a target to which all of it was copied that may be. */
async function migrated(
	target: ObjectStore,
	extras: typeof SAMPLE_EXTRAS = [],
) {
	const root = temporaryRoot();
	const sample = writeSampleRegistry(root, {
		repositories: 3,
		tagsPerRepository: 2,
		extras,
		modified: new Date("2024-05-01T12:00:00Z"),
	});
	const source = new FilesystemStore(root);
	await copyAll(source, target);
	const excluded: string[] = [];
	for await (const { objects } of target.list({ prefix: "" }))
		for (const { key } of objects)
			if (exclusionOf(key) !== undefined) excluded.push(key);
	await target.delete(excluded);
	return { root, source, target, sample };
}

const CLOCK = { clock: () => Date.now() + 60_000 };

describe("verify › a registry on a file system", () => {
	it.each([
		["memory", () => new MemoryStore()],
		["a file system", () => new FilesystemStore(temporaryRoot())],
	])("is equal to its copy in %s", async (_title, open) => {
		const { source, target, sample } = await migrated(open());
		for (const level of ["counts", "default"] as const) {
			const result = await verify(source, target, { level, ...CLOCK });
			expect(result.isEqual).toBe(true);
			expect(result.source.objects).toBe(sample.files);
			expect(result.target.bytes).toBe(sample.bytes);
			expect(result.source.kinds.blob.objects).toBe(sample.blobs);
			expect(result.source.kinds.current.objects).toBe(sample.tags);
		}
	});

	it("tells what is broken in it from what is ignored", async () => {
		const { source, target, sample } = await migrated(
			new MemoryStore(),
			SAMPLE_EXTRAS,
		);
		const keyOf = (extra: string) =>
			sample.extras.find((one) => one.extra === extra)?.key ?? "";
		const broken = [keyOf("corrupt-blob"), keyOf("empty-link")];
		await target.delete(broken);
		const result = await verify(source, target, { level: "default", ...CLOCK });
		expect(result.findings.corrupt).toMatchObject({
			count: 1,
			examples: [{ key: broken[0], cause: "source" }],
		});
		expect(result.findings.empty).toMatchObject({
			count: 1,
			examples: [{ key: broken[1], cause: "source" }],
		});
		expect(result.findings.missing.count).toBe(0);
		expect(result.source).toMatchObject({
			uploads: 1,
			ignored: { temporary: { objects: 2 } },
			kinds: { lock: { objects: 1 } },
		});
		expect(result.isEqual).toBe(false);
	});

	it("is compared with a target that holds names which no file can have", async () => {
		const { source, target } = await migrated(new MemoryStore());
		const key = "docker/registry/v2/blobs//data";
		const meta = { key, size: 1, version: "", lastModified: 0, md5: undefined };
		const odd = altered(target, {
			head: async (name) => (name === key ? meta : await target.head(name)),
			async *list(options) {
				let isFirst = true;
				for await (const page of target.list(options)) {
					yield isFirst ? { ...page, objects: [meta, ...page.objects] } : page;
					isFirst = false;
				}
			},
		});
		const result = await verify(source, odd, { level: "default", ...CLOCK });
		expect(result.findings.extra.examples).toMatchObject([{ key }]);
		expect(result.findings.unknown.count).toBe(0);
	});

	it("is not equal to its copy while a directory cannot be read (I2)", async () => {
		const { root, source, target } = await migrated(new MemoryStore());
		const prefix = "docker/registry/v2/repositories/";
		const directory = join(root, prefix);
		// Nobody can read below a link to itself; permissions would not stop a test that runs as root.
		rmSync(directory, { recursive: true });
		symlinkSync(".", directory.slice(0, -1));
		const result = await verify(source, target, { level: "default", ...CLOCK });
		expect(result.isEqual).toBe(false);
		expect(result.findings.unknown.examples).toMatchObject([
			{ key: prefix, error: { side: "source", code: "unsupported" } },
		]);
		expect(result.findings.extra.count).toBe(0);
		expect(result.uncompared).toBeGreaterThan(0);
	});

	it("counts apart what lies beside the one name that a directory should hold, at any depth: sync does not copy it", async () => {
		const { root, source, target } = await migrated(new MemoryStore());
		const [blob] = await blobDirectories(source);
		writeFileSync(join(root, `${blob}data.bak`), "a backup");
		mkdirSync(join(root, `${blob}more`));
		writeFileSync(join(root, `${blob}more/data`), "a backup");
		const result = await verify(source, target, { level: "default", ...CLOCK });
		expect(result.source.ignored.stray.objects).toBe(2);
		expect(result.isEqual).toBe(true);
	});
});

async function blobDirectories(store: ObjectStore): Promise<string[]> {
	const pages = await Array.fromAsync(
		store.list({ prefix: "docker/registry/v2/blobs/" }),
	);
	return pages
		.flatMap(({ objects }) => objects)
		.map(({ key }) => key.slice(0, key.lastIndexOf("/") + 1));
}
