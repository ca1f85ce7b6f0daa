import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
	identifyProcess,
	isRunning,
} from "../../scripts/services/process-identity.ts";
import {
	filesystemStorage,
	s3Storage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { hasTools, newBucket, services } from "../support/services.ts";

async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-test-"));
	onTestFinished(() => rm(folder, { recursive: true, force: true }));
	return folder;
}

describe.for(["3", "2"] as const)("startRegistry, version %s", (version) => {
	const isMissing = !hasTools(`registry-${version}`);

	test.skipIf(isMissing)(
		"answers /v2/ on a folder, and is gone after stop",
		async () => {
			const directory = await temporaryFolder();
			const registry = await startRegistry({
				version,
				directory,
				storage: filesystemStorage(join(directory, "storage")),
			});
			const identity = identifyProcess(registry.pid);
			const response = await fetch(`${registry.url}/v2/`);
			expect(response.status).toBe(200);
			expect(registry.version).toMatch(new RegExp(`^${version}\\.`));
			await registry.stop();
			if (identity === undefined)
				throw new Error("the registry has no process");
			expect(isRunning(identity)).toBe(false);
			await expect(fetch(registry.url)).rejects.toThrow("fetch failed");
		},
	);

	test.skipIf(isMissing)(
		"lists the repositories of an empty bucket",
		async () => {
			const bucket = await newBucket();
			const directory = await temporaryFolder();
			await using registry = await startRegistry({
				version,
				directory,
				storage: s3Storage(services().s3, bucket),
			});
			const response = await fetch(`${registry.url}/v2/_catalog`);
			expect(await response.json()).toEqual({ repositories: [] });
		},
	);

	test.skipIf(isMissing)(
		"says what the registry said when it cannot start",
		async () => {
			const directory = await temporaryFolder();
			await expect(
				startRegistry({ version, directory, storage: { nowhere: {} } }),
			).rejects.toThrow(/nowhere/);
		},
	);
});
