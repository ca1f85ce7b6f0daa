import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import {
	filesystemStorage,
	type RegistryOptions,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const { s3 } = services();

let folder: string;
let source: string;
beforeEach(async () => {
	folder = await temporaryFolder();
	source = join(folder, "storage");
	writeSampleRegistry(source, {
		repositories: 5,
		tagsPerRepository: 2,
		layersPerTag: 2,
		multiPlatformEvery: 3,
		seed: 6,
	});
});

/** Starts the registry in use, and describes it. Answers the file that does. */
async function describeRegistry(
	version: RegistryOptions["version"],
	environment: Readonly<Record<string, string>> = {},
): Promise<string> {
	const registry = await startRegistry({
		version,
		environment,
		directory: join(folder, "registry"),
		storage: filesystemStorage(source),
	});
	onTestFinished(() => registry.stop());
	const file = join(folder, "regmigrate.yml");
	writeFileSync(
		file,
		[
			"kind: distribution",
			"name: registry-1",
			`url: ${registry.url}`,
			`configuration: ${registry.configFile}`,
			"restart: exit 1",
		].join("\n"),
	);
	return file;
}

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	test.skipIf(!hasTools(`registry-${version}`))(
		"is rehearsed from beginning to end, and nothing is left",
		async () => {
			const file = await describeRegistry(version);
			const bucket = await newBucket();
			const result = await runProgram([
				"rehearse",
				source,
				storeUrl(bucket, "/pre/fix").href,
				...["--registry-file", file],
			]);
			expect(result.exitCode, describeResult(result)).toBe(0);
			expect(await s3Contents(minioClient(s3), bucket, "")).toEqual(new Map());
		},
	);
});
