import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import {
	gcsStorage,
	serviceAccountKey,
} from "../../scripts/services/fake-gcs-server.ts";
import {
	filesystemStorage,
	type RegistryServer,
	type StorageBlock,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { RESUMABLE_THRESHOLD } from "../../src/store/gcs/gcs-store.ts";
import { openStore, parseStoreUrl } from "../../src/store/open.ts";
import { verify } from "../../src/verify/verify.ts";
import { startGcsEmulator } from "../store/gcs/gcs-emulator.ts";
import { give } from "../store/gcs/scripted-gcs.ts";
import { serve } from "../store/http/http-server.ts";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { type LayoutImage, writeOciLayout } from "./oci-layout.ts";
import { runProgram } from "./program.ts";
import { pull, push, tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree, treeKeys } from "./tree.ts";

const LARGE_BYTES = 20_000_000;

const IMAGES: readonly LayoutImage[] = [
	{ tag: "small", layers: [600, 40_000] },
	{ tag: "large", layers: [LARGE_BYTES, 100] },
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

/** Syncs with the program itself, and verifies what it did. */
async function sync(source: string, target: string): Promise<string> {
	const result = await runProgram(["sync", source, target, "--verbose"]);
	expect(result.exitCode, describeResult(result)).toBe(0);
	await using left = await openStore(parseStoreUrl(source));
	await using right = await openStore(parseStoreUrl(target));
	expect(await verify(left, right, { level: "default" })).toMatchObject({
		isEqual: true,
	});
	return result.stdout;
}

test.skipIf(!hasTools("skopeo", "registry-3", "fake-gcs-server"))(
	"a registry is served from Google Cloud Storage, digest by digest, and comes back as it was",
	async () => {
		expect(LARGE_BYTES).toBeGreaterThan(RESUMABLE_THRESHOLD);
		const folder = await temporaryFolder();
		const emulator = await startGcsEmulator();
		onTestFinished(() => emulator[Symbol.asyncDispose]());
		vi.stubEnv("STORAGE_EMULATOR_HOST", new URL(emulator.origin).host);
		onTestFinished(() => void vi.unstubAllEnvs());

		const layout = join(folder, "layout");
		writeOciLayout(layout, IMAGES);
		const storage = join(folder, "storage");
		const live = await start(join(folder, "live"), filesystemStorage(storage));
		await push(layout, "small", live, "app:v1");
		await push(layout, "large", live, "team/models/large:v1");
		await push(layout, "platforms", live, "team/app:v1");
		const digests = await tagDigests(live);

		const bucket = await emulator.newBucket();
		const target = `gs://${bucket}/pre/fix?chunk-size=1048576`;
		const before = snapshotTree(storage);
		await sync(storage, target);
		expect(snapshotTree(storage)).toEqual(before);
		expect(await sync(storage, target)).toContain("Copied 0 objects");

		const tokens = await serve((_request, response) =>
			give(response, {
				access_token: "x",
				token_type: "Bearer",
				expires_in: 3600,
			}),
		);
		onTestFinished(() => tokens[Symbol.asyncDispose]());
		const keyFile = join(folder, "key.json");
		writeFileSync(keyFile, serviceAccountKey(`${tokens.origin}/token`));
		const served = await start(
			join(folder, "served"),
			gcsStorage(bucket, keyFile, "/pre/fix"),
		);
		expect(await tagDigests(served)).toEqual(digests);
		for (const [name, digest] of digests)
			expect(await pull(served, name, join(folder, "pulled", name))).toBe(
				digest,
			);

		const back = join(folder, "back");
		mkdirSync(back);
		await sync(target, back);
		const isKept = (name: string) =>
			name.startsWith("docker/") && !name.includes("/_uploads/");
		expect(treeKeys(back).filter(isKept)).toEqual(
			treeKeys(storage).filter(isKept),
		);
		const again = await start(join(folder, "again"), filesystemStorage(back));
		expect(await tagDigests(again)).toEqual(digests);
		for (const [name, digest] of digests)
			expect(await pull(again, name, join(folder, "again", name))).toBe(digest);
	},
);
