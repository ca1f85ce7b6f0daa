import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
	filesystemStorage,
	type RegistryServer,
	type StorageBlock,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { testAzurite } from "../store/azure/azurite.ts";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
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

/** Runs a command of the program on both, which has to succeed. */
async function run(...argv: readonly string[]): Promise<string> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(0);
	return result.stdout;
}

/** Every tag names the same digest as it did, and every image can be pulled. */
async function expectServed(
	registry: RegistryServer,
	digests: ReadonlyMap<string, string>,
	directory: string,
): Promise<void> {
	expect(await tagDigests(registry)).toEqual(digests);
	for (const [name, digest] of digests)
		expect(await pull(registry, name, join(directory, name))).toBe(digest);
}

test.skipIf(!hasTools("skopeo", "registry-3", "azurite"))(
	"a registry is served from Azure Blob Storage, digest by digest, takes pushes there, and comes back as it was",
	async () => {
		const folder = await temporaryFolder();
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey, serviceUrl } = azurite.server;
		const { containerName } = await azurite.newContainer();

		const layout = join(folder, "layout");
		writeOciLayout(layout, IMAGES);
		const storage = join(folder, "storage");
		const live = await start(join(folder, "live"), filesystemStorage(storage));
		await push(layout, "small", live, "app:v1");
		await push(layout, "large", live, "team/models/large:v1");
		await push(layout, "platforms", live, "team/app:v1");
		const digests = await tagDigests(live);

		const before = snapshotTree(storage);
		const { href } = azurite.storeUrl(containerName, "/pre/fix", {
			"append-blobs-below": "136",
		});
		await run("sync", storage, href);
		await run("verify", storage, href);
		expect(await run("sync", storage, href)).toContain("Copied 0 objects");
		expect(snapshotTree(storage)).toEqual(before);

		const served = await start(join(folder, "served"), {
			azure: {
				accountname: account,
				accountkey: accountKey,
				container: containerName,
				serviceurl: serviceUrl,
				realm: "core.windows.net",
				rootdirectory: "/pre/fix",
				credentials: { type: "shared_key" },
			},
			redirect: { disable: true },
		});
		await expectServed(served, digests, join(folder, "pulled"));

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
		await push(layout, "platforms", served, "team/app:v1");
		const moved = await tagDigests(served);
		expect(moved.get("app:v1")).toBe(digests.get("team/app:v1"));
	},
);
