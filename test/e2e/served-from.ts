import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import {
	filesystemStorage,
	type RegistryOptions,
	type RegistryServer,
	type StorageBlock,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { describeResult } from "../support/program.ts";
import { type LayoutImage, writeOciLayout } from "./oci-layout.ts";
import { runProgram } from "./program.ts";
import { push, tagDigests } from "./registry-client.ts";
import { expectTags } from "./tags.ts";
import { snapshotTree, treeKeys } from "./tree.ts";

/** The content of the largest layer (bytes): more than what any store sends whole. */
export const LARGE_BYTES = 20_000_000;

const IMAGES: readonly LayoutImage[] = [
	{ tag: "small", layers: [600, 40_000] },
	{ tag: "large", layers: [LARGE_BYTES, 100] },
	{ tag: "platforms", layers: [800, 900], isMultiPlatform: true },
];

/** A storage that a registry can be moved to. */
export interface Storage {
	/** As the program is told it. */
	readonly url: string;
	/** As a registry is. */
	readonly block: StorageBlock;
	/** Whether a registry can be pushed to there; not every emulator takes what it sends. */
	readonly takesPushes: boolean;
	/** Which registry it is moved to; default `3`. */
	readonly version?: RegistryOptions["version"] | undefined;
}

/**
 * Proves that a registry is served from this storage: every tag names the digest that it did, every image can be pulled,
 * what is there can be pushed and moved again, and comes back to a file system as it was.
 */
export async function expectServedFrom(
	{ url, block, takesPushes, version = "3" }: Storage,
	folder: string,
): Promise<void> {
	const layout = join(folder, "layout");
	writeOciLayout(layout, IMAGES);
	const storage = join(folder, "storage");
	const live = await start(join(folder, "live"), filesystemStorage(storage));
	await push(layout, "small", live, "app:v1");
	await push(layout, "large", live, "team/models/large:v1");
	await push(layout, "platforms", live, "team/app:v1");
	const digests = await tagDigests(live);

	const before = snapshotTree(storage);
	await run("sync", storage, url);
	await run("verify", storage, url);
	expect(await run("sync", storage, url)).toContain("Copied 0 objects");
	expect(snapshotTree(storage)).toEqual(before);

	const served = await start(join(folder, "served"), block, version);
	await expectTags(served, digests, join(folder, "pulled"));

	const back = join(folder, "back");
	mkdirSync(back);
	await run("sync", url, back);
	await run("verify", url, back);
	const isKept = (name: string) =>
		name.startsWith("docker/") && !name.includes("/_uploads/");
	expect(treeKeys(back).filter(isKept)).toEqual(
		treeKeys(storage).filter(isKept),
	);
	const again = await start(join(folder, "again"), filesystemStorage(back));
	await expectTags(again, digests, join(folder, "pulled-again"));

	if (!takesPushes) return;
	// A tag that regmigrate wrote can be moved, and what it names pushed again.
	await push(layout, "platforms", served, "app:v1");
	await push(layout, "platforms", served, "team/app:v1");
	await push(layout, "large", served, "app:large");
	const moved = await tagDigests(served);
	expect(moved.get("app:v1")).toBe(digests.get("team/app:v1"));
	expect(moved.get("team/app:v1")).toBe(digests.get("team/app:v1"));
	expect(moved.get("app:large")).toBe(digests.get("team/models/large:v1"));
}

async function start(
	directory: string,
	storage: StorageBlock,
	version: RegistryOptions["version"] = "3",
): Promise<RegistryServer> {
	const registry = await startRegistry({ version, directory, storage });
	onTestFinished(() => registry.stop());
	return registry;
}

/** Runs a command of the program, which has to succeed. */
async function run(...argv: readonly string[]): Promise<string> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(0);
	return result.stdout;
}
