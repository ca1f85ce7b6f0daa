import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import { retag } from "../../scripts/sample-registry/retag.ts";
import {
	filesystemStorage,
	type RegistryServer,
	s3Storage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import { openStore } from "../../src/store/open.ts";
import { DEFAULT_PART_BYTES } from "../../src/store/s3/location.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { listing } from "./closure.ts";
import { type LayoutImage, writeOciLayout } from "./oci-layout.ts";
import { runProgram } from "./program.ts";
import { leaveUpload, pull, push, tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { snapshotTree, treeKeys } from "./tree.ts";

const LARGE_BYTES = 17_000_000;

const IMAGES: readonly LayoutImage[] = [
	{ tag: "small", layers: [600, 40_000] },
	{ tag: "other", layers: [700] },
	{ tag: "large", layers: [LARGE_BYTES, 100] },
	{ tag: "platforms", layers: [800, 900], isMultiPlatform: true },
];

process.env.AWS_ACCESS_KEY_ID = services().s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = services().s3.secretAccessKey;

/** Syncs with the program itself, and proves that it left the source alone (I3). */
async function sync(storage: string, target: URL): Promise<string> {
	const before = snapshotTree(storage);
	const result = await runProgram(["sync", storage, target.href, "--verbose"]);
	expect(result.exitCode, describeResult(result)).toBe(0);
	expect(snapshotTree(storage)).toEqual(before);
	return result.stdout;
}

/** Verifies with the program itself, and looks for what no registry reads. */
async function expectEqual(storage: string, target: URL): Promise<void> {
	const result = await runProgram(["verify", storage, target.href]);
	expect(result.exitCode, describeResult(result)).toBe(0);
	await using store = await openStore(target);
	const keys = [...(await listing(store)).keys()];
	expect(keys.filter((key) => /_uploads|\.tmp$|\/$/.test(key))).toEqual([]);
}

/** Every tag names the same digest at both, and every image can be pulled from the second, all platforms and layers. */
async function expectSameImages(
	source: RegistryServer,
	target: RegistryServer,
	directory: string,
): Promise<ReadonlyMap<string, string>> {
	const digests = await tagDigests(source);
	expect(await tagDigests(target)).toEqual(digests);
	for (const [name, digest] of digests) {
		const pulled = await pull(target, name, join(directory, name));
		expect(pulled, name).toBe(digest);
	}
	return digests;
}

async function start(
	version: "2" | "3",
	directory: string,
	storage: Parameters<typeof startRegistry>[0]["storage"],
): Promise<RegistryServer> {
	const registry = await startRegistry({ version, directory, storage });
	onTestFinished(() => registry.stop());
	return registry;
}

describe.for(["3", "2"] as const)("a registry of generation %s", (version) => {
	test.skipIf(!hasTools("skopeo", "registry-3", `registry-${version}`))(
		"is served from the bucket it was synced to while it was live, tag by tag and byte by byte",
		async () => {
			expect(LARGE_BYTES).toBeGreaterThan(DEFAULT_PART_BYTES);
			const folder = await temporaryFolder();
			const layout = join(folder, "layout");
			writeOciLayout(layout, IMAGES);
			const storage = join(folder, "storage");
			const live = await start(
				version,
				join(folder, "live"),
				filesystemStorage(storage),
			);
			await push(layout, "small", live, "app:v1");
			await push(layout, "other", live, "app:v2");
			await push(layout, "small", live, "app:latest");
			await push(layout, "small", live, "app:restored");
			await push(layout, "large", live, "team/models/large:v1");
			await push(layout, "platforms", live, "team/app:v1");
			await push(layout, "small", live, "team/app/docker:v1", [
				"--format=v2s2",
			]);
			await leaveUpload(live, "app", new Uint8Array(5000).fill(7));
			expect(treeKeys(storage).join("\n")).toMatch(/\/_uploads\/.*\/data$/m);

			const bucket = await newBucket();
			const target = storeUrl(bucket);
			await sync(storage, target);
			await expectEqual(storage, target);
			const first = await tagDigests(live);
			const onBucket = s3Storage(services().s3, bucket);
			const served = await start(version, join(folder, "served"), onBucket);
			expect(await tagDigests(served)).toEqual(first);
			const newer = await start("3", join(folder, "newer"), onBucket);

			await push(layout, "other", live, "app:latest");
			retag(storage, "app", "restored", "v2", { keepTimeStamps: true });
			await push(layout, "platforms", live, "late:v1");
			const copied = await sync(storage, target);
			const restored = "tags/restored/current/link";
			expect(copied).toContain(restored);
			expect(copied).not.toContain("team/models/large");
			await expectEqual(storage, target);
			await expectSameImages(live, newer, join(folder, "pulled-newer"));
			const digests = await expectSameImages(
				live,
				served,
				join(folder, "pulled"),
			);
			expect(digests.size).toBe(8);
			for (const moved of ["app:latest", "app:restored"]) {
				expect(digests.get(moved)).toBe(first.get("app:v2"));
				expect(digests.get(moved)).not.toBe(first.get(moved));
			}
			expect(await sync(storage, target)).toContain("Copied 0 objects");

			// The same registry can go on from there.
			await push(layout, "platforms", served, "app:v3");
			expect((await tagDigests(served)).get("app:v3")).toBe(
				digests.get("late:v1"),
			);
		},
	);
});

test.skipIf(!hasTools("skopeo", "registry-3"))(
	"a registry is served from a prefix of a bucket, and what lies beside it stays",
	async () => {
		const folder = await temporaryFolder();
		const layout = join(folder, "layout");
		writeOciLayout(layout, IMAGES);
		const storage = join(folder, "storage");
		const live = await start(
			"3",
			join(folder, "live"),
			filesystemStorage(storage),
		);
		await push(layout, "platforms", live, "team/app:v1");
		await push(layout, "large", live, "team/app:large");
		const bucket = await newBucket();
		await using whole = await openStore(storeUrl(bucket));
		await whole.put("pre/fix-beside", pseudoRandomBytes("beside", 10));
		const target = storeUrl(bucket, "/pre/fix");
		await sync(storage, target);
		await expectEqual(storage, target);
		const served = await start(
			"3",
			join(folder, "served"),
			s3Storage(services().s3, bucket, "/pre/fix"),
		);
		const digests = await expectSameImages(
			live,
			served,
			join(folder, "pulled"),
		);
		expect([...digests.keys()]).toEqual(["team/app:large", "team/app:v1"]);
		const names = [...(await listing(whole)).keys()];
		expect(
			names.filter((name) => !name.startsWith("pre/fix/docker/registry/v2/")),
		).toEqual(["pre/fix-beside", `pre/fix/${MARKER_KEY}`]);
	},
);
