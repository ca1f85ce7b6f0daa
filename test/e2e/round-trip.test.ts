import { mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { testAzurite } from "../store/azure/azurite.ts";
import { gcsUrl, startGcsEmulator } from "../store/gcs/gcs-emulator.ts";
import { describeResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import {
	azureContents,
	type Contents,
	directoryContents,
	gcsContents,
	minioClient,
	s3Contents,
} from "./independent-readers.ts";
import { writeOddRegistry } from "./odd-registry.ts";
import { runProgram } from "./program.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** Runs a command of the program, which has to succeed. */
async function run(...argv: readonly string[]): Promise<string> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(0);
	return result.stdout;
}

test.skipIf(!hasTools("minio", "fake-gcs-server", "azurite"))(
	"a registry goes from S3 to Google, to Azure, to a directory and back to S3, and nothing of it has changed",
	async () => {
		const folder = await temporaryFolder();
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const google = await startGcsEmulator();
		onTestFinished(() => google[Symbol.asyncDispose]());
		const minio = minioClient(services().s3);

		// Neither written nor read with a store of ours.
		const made = join(folder, "made");
		writeOddRegistry(made);
		const start = await newBucket();
		for (const key of treeKeys(made))
			await minio.putObject(
				start,
				`pre/fix/${key}`,
				readFileSync(join(made, key)),
			);
		const contents = await directoryContents(made);
		expect(await s3Contents(minio, start, "pre/fix/")).toEqual(contents);

		const bucket = await google.newBucket();
		const container = await azurite.newContainer();
		const directory = join(folder, "directory");
		mkdirSync(directory);
		const end = await newBucket();
		const hops: readonly (readonly [string, () => Promise<Contents>])[] = [
			[
				`${gcsUrl(google.origin, bucket, "/on/google").href}&chunk-size=1048576`,
				() => gcsContents(google, bucket, "on/google/"),
			],
			[
				azurite.storeUrl(container.containerName, "/on/azure", {
					"root-prefix": "legacy",
				}).href,
				() => azureContents(container, "/on/azure/"),
			],
			[directory, () => directoryContents(directory)],
			[storeUrl(end).href, () => s3Contents(minio, end, "")],
		];
		let source = storeUrl(start, "/pre/fix").href;
		for (const [target, read] of hops) {
			await run("sync", source, target);
			await run("verify", source, target);
			expect(await read()).toEqual(contents);
			expect(await run("sync", source, target)).toContain("Copied 0 objects");
			source = target;
		}
	},
);
