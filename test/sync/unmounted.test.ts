import { mkdirSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { FilesystemStore } from "../../src/store/filesystem/filesystem-store.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import { blob, contentOf, putAll, smallRegistry } from "./content.ts";
import { memoryDirectory } from "./memory-directory.ts";
import { expectClosed, expectContent, run } from "./run.ts";

const REGISTRY = smallRegistry();
const [BASE] = blob("base");
const SHARD = BASE.slice(0, BASE.indexOf("/sha256/") + "/sha256/ab".length);

let root: string;
let source: FilesystemStore;

beforeEach(async () => {
	root = memoryDirectory("unmounted");
	source = new FilesystemStore(root);
	await putAll(source, REGISTRY);
});

afterEach(() => rmSync(root, { recursive: true }));

/** Puts a directory on another disk that is not mounted; gives back what mounts it. */
function unmount(directory: string): () => void {
	const [path, disk] = [join(root, directory), join(root, "disk")];
	renameSync(path, disk);
	symlinkSync(join(root, "nowhere"), path);
	return () => {
		rmSync(path);
		renameSync(disk, path);
	};
}

describe("sync › (I1, I2) a disk of the source that is not mounted, for", () => {
	test.each([
		["all blobs", "docker/registry/v2/blobs"],
		["blobs of one algorithm", "docker/registry/v2/blobs/sha256"],
		["blobs of one shard", SHARD],
		["one blob", BASE.replace(/\/data$/, "")],
		["layer links", "docker/registry/v2/repositories/acme/app/_layers"],
		[
			"revision links",
			"docker/registry/v2/repositories/acme/app/_manifests/revisions",
		],
		["tags", "docker/registry/v2/repositories/acme/app/_manifests/tags"],
		["repositories", "docker/registry/v2/repositories/acme"],
		["all repositories", "docker/registry/v2/repositories"],
	])(
		"%s: the target is closed, and whole when it is mounted",
		async (_, directory) => {
			const mount = unmount(directory);
			const target = new MemoryStore();
			const { result } = await run(source, target);
			await expectClosed(target, REGISTRY);
			expect(result.isComplete).toBe(false);
			expect(result.damage).toEqual({ corrupt: 0, malformed: 0, dangling: 0 });
			mount();
			expect((await run(source, target)).result.isComplete).toBe(true);
			await expectContent(target, REGISTRY);
		},
	);

	test("blobs, as an empty directory: refused, and nothing is written", async () => {
		const blobs = join(root, "docker/registry/v2/blobs");
		rmSync(blobs, { recursive: true });
		mkdirSync(blobs);
		const target = new MemoryStore();
		await expect(run(source, target)).rejects.toMatchObject({
			code: "no-blobs",
		});
		expect((await contentOf(target)).size).toBe(0);
	});
});
