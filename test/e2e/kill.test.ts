import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import {
	filesystemStorage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { openStore } from "../../src/store/open.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { ClosureChecker } from "./closure.ts";
import { Gate } from "./gate.ts";
import { endAt, moments } from "./interrupted-sync.ts";
import { LivePushes } from "./live-pushes.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

process.env.AWS_ACCESS_KEY_ID = services().s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = services().s3.secretAccessKey;

/** Fewer at a time than by default, so that a pass is ended in the midst of a kind rather than at its end. */
const FLAGS = ["--concurrency=8", "--no-progress"];

/** Runs `sync` to its end and proves that nothing is missing afterwards. */
async function complete(storage: string, target: URL): Promise<void> {
	// By another address than the passes that were killed: they had another index, and may still be named as writing.
	for (const command of [["sync", "--take-over"], ["verify"]]) {
		const result = await runProgram([...command, storage, target.href]);
		expect(result.exitCode, describeResult(result)).toBe(0);
	}
}

test("sync › can be killed or interrupted at any moment: the target stays closed, and the next runs complete it (I1)", async () => {
	const storage = await temporaryFolder();
	const bucket = await newBucket();
	await using gate = await Gate.open(services().s3.endpoint);
	const gated = storeUrl(bucket);
	gated.searchParams.set("endpoint", gate.endpoint);
	await using target = await openStore(storeUrl(bucket));
	const checker = new ClosureChecker(target);
	for (const [round, moment] of moments("static", 15, 10).entries()) {
		// The same tags with other images: every pass has objects of every kind to copy.
		writeSampleRegistry(storage, {
			repositories: 4,
			tagsPerRepository: 3,
			layersPerTag: 2,
			sharedLayersPerTag: 1,
			seed: round,
		});
		await endAt(moment, gate, ["sync", storage, gated.href, ...FLAGS]);
		const { breaches } = await checker.check(new Set(treeKeys(storage)));
		expect(breaches, JSON.stringify(moment)).toEqual([]);
	}
	await complete(storage, storeUrl(bucket));
	expect(await checker.check(new Set(treeKeys(storage)))).toMatchObject({
		breaches: [],
		tags: 12,
	});
});

describe.for(["3", "2"] as const)("a registry of generation %s", (version) => {
	test.skipIf(!hasTools(`registry-${version}`))(
		"may be pushed to while sync is killed: the target stays closed at every moment (I1)",
		async () => {
			const folder = await temporaryFolder();
			const storage = join(folder, "storage");
			await using registry = await startRegistry({
				version,
				directory: join(folder, "registry"),
				storage: filesystemStorage(storage),
			});
			const pushes = new LivePushes(registry);
			const bucket = await newBucket();
			await using gate = await Gate.open(services().s3.endpoint);
			const gated = storeUrl(bucket);
			gated.searchParams.set("endpoint", gate.endpoint);
			await using target = await openStore(storeUrl(bucket));
			const checker = new ClosureChecker(target);
			const sync = ["sync", storage, gated.href, ...FLAGS];
			for (const moment of moments(`live-${version}`, 5, 4)) {
				await pushes.push(6);
				await pushes.during(() => endAt(moment, gate, sync));
				const { breaches } = await checker.check(new Set(treeKeys(storage)));
				expect(breaches, JSON.stringify(moment)).toEqual([]);
			}
			const whole = await pushes.during(() => runProgram(sync));
			expect(whole.stdout).toMatch(/^Copied \d+ objects/m);
			const { breaches } = await checker.check(new Set(treeKeys(storage)));
			expect(breaches).toEqual([]);
			await complete(storage, storeUrl(bucket));
			expect(await checker.check(new Set(treeKeys(storage)))).toMatchObject({
				breaches: [],
				tags: 9,
			});
		},
	);
});
