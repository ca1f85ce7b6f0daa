import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { blob, digestOf, pushWrites, putAll } from "./content.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { expectContent, run } from "./run.ts";
import { TemporaryIndex } from "./temporary-index.ts";

/** As long as names of repositories may be: 255 characters. */
const DEEP = Array.from({ length: 128 }, (_, n) => n % 10).join("/");
const TAGS = 2000;
const ROOT = "docker/registry/v2/repositories";

test("sync › a registry of odd shape, from a real file system: arrives whole, and then costs nothing", async () => {
	const root = memoryDirectory("shapes");
	using index = new TemporaryIndex();
	try {
		const source = new FilesystemStore(root);
		const long = digestOf("long", "sha512");
		const link = Buffer.from(formatDigest(long));
		const repository = "team/sha512";
		const registry = new Map([
			...pushWrites(DEEP, "v1", ["deep"]),
			// Names around the separator, one within the other.
			...["a", "a-b", "a.b", "a/b", "a_b", "a0"].flatMap((name) =>
				pushWrites(name, "v1", [name]),
			),
			...pushWrites(repository, "v1", []),
			blob("long", "sha512"),
			[formatKey({ kind: "layer", repository, digest: long }), link] as const,
			[
				formatKey({ kind: "revision", repository, digest: long }),
				link,
			] as const,
		]);
		for (let tag = 0; tag < TAGS; tag++)
			for (const [key, content] of pushWrites("many/tags", `t${tag}`, ["one"]))
				registry.set(key, content);
		await putAll(source, registry);
		for (const empty of ["empty", "empty/_manifests/tags", "upload/_uploads/1"])
			mkdirSync(join(root, ROOT, empty), { recursive: true });
		const target = new MemoryStore();
		const options = { indexPath: index.path };
		const first = await run(source, target, options);
		expect(first.result).toMatchObject({ isComplete: true, failed: 0 });
		await expectContent(target, registry);
		const second = await run(source, target, options);
		expect(second.result).toMatchObject({
			isComplete: true,
			copied: { objects: 0 },
			scanned: { objects: registry.size },
		});
	} finally {
		rmSync(root, { recursive: true });
	}
});
