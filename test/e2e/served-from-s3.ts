import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import {
	filesystemStorage,
	type RegistryServer,
	type StorageBlock,
	s3Storage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { type S3Product, startS3 } from "../../scripts/services/s3.ts";
import { describeResult } from "../support/program.ts";
import { newBucket } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { type LayoutImage, writeOciLayout } from "./oci-layout.ts";
import { runProgram } from "./program.ts";
import { pull, push, tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree, treeKeys } from "./tree.ts";

const IMAGES: readonly LayoutImage[] = [
	{ tag: "small", layers: [600, 40_000] },
	{ tag: "large", layers: [20_000_000, 100] },
	{ tag: "platforms", layers: [800, 900], isMultiPlatform: true },
];

async function start(
	directory: string,
	storage: StorageBlock,
): Promise<RegistryServer> {
	const registry = await startRegistry({ version: "3", directory, storage });
	onTestFinished(() => registry.stop());
	return registry;
}

/** Runs a command of the program, which has to succeed. */
async function run(...argv: readonly string[]): Promise<string> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(0);
	return result.stdout;
}

/**
 * Proves that a registry is served from an S3 server: every tag names the digest that it did, every image can be
 * pulled, what is there can be pushed and moved again, and comes back as it was.
 */
export async function expectServedFrom(product: S3Product): Promise<void> {
	const folder = await temporaryFolder();
	const server = await startS3({ product });
	onTestFinished(() => server.stop());
	const bucket = await newBucket(server);
	const { href } = storeUrl(bucket, "/pre/fix", server);

	const layout = join(folder, "layout");
	writeOciLayout(layout, IMAGES);
	const storage = join(folder, "storage");
	const live = await start(join(folder, "live"), filesystemStorage(storage));
	await push(layout, "small", live, "app:v1");
	await push(layout, "large", live, "team/models/large:v1");
	await push(layout, "platforms", live, "team/app:v1");
	const digests = await tagDigests(live);

	const before = snapshotTree(storage);
	await run("sync", storage, href);
	await run("verify", storage, href);
	expect(await run("sync", storage, href)).toContain("Copied 0 objects");
	expect(snapshotTree(storage)).toEqual(before);

	const onBucket = s3Storage(server, bucket, "/pre/fix");
	const served = await start(join(folder, "served"), onBucket);
	expect(await tagDigests(served)).toEqual(digests);
	for (const [name, digest] of digests)
		expect(await pull(served, name, join(folder, "pulled", name))).toBe(digest);

	const back = join(folder, "back");
	mkdirSync(back);
	await run("sync", href, back);
	await run("verify", href, back);
	const isKept = (name: string) =>
		name.startsWith("docker/") && !name.includes("/_uploads/");
	expect(treeKeys(back).filter(isKept)).toEqual(
		treeKeys(storage).filter(isKept),
	);

	// A tag that regmigrate wrote can be moved, and what it names pushed again.
	await push(layout, "platforms", served, "app:v1");
	await push(layout, "large", served, "app:large");
	const moved = await tagDigests(served);
	expect(moved.get("app:v1")).toBe(digests.get("team/app:v1"));
	expect(moved.get("app:large")).toBe(digests.get("team/models/large:v1"));
}
