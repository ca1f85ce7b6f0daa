import { join } from "node:path";
import { HeadObjectCommand } from "@aws-sdk/client-s3";
import { expect, onTestFinished, test } from "vitest";
import {
	filesystemStorage,
	type RegistryServer,
	type StorageBlock,
	s3Storage,
	startRegistry,
} from "../../scripts/services/registry.ts";
import { testAzurite } from "../store/azure/azurite.ts";
import { describeResult, runProgram } from "../support/program.ts";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../support/services.ts";
import { gcsBucket } from "./gcs-storage.ts";
import { writeOciLayout } from "./oci-layout.ts";
import { push, tagDigests } from "./registry-client.ts";
import { expectTags } from "./tags.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** No way to a store, so that all of it has to come from a configuration. */
const NOTHING = {
	AWS_ENDPOINT_URL: undefined,
	AWS_REGION: undefined,
	AWS_ACCESS_KEY_ID: undefined,
	AWS_SECRET_ACCESS_KEY: undefined,
	AZURE_STORAGE_KEY: undefined,
};

/** Starts a registry whose configuration stays in a folder of this name. */
async function start(
	folder: string,
	name: string,
	storage: StorageBlock,
): Promise<RegistryServer> {
	const directory = join(folder, name);
	const registry = await startRegistry({ version: "3", directory, storage });
	onTestFinished(() => registry.stop());
	return registry;
}

/** Runs a command of the program, which has to succeed. */
async function run(...argv: readonly string[]): Promise<string> {
	const result = await runProgram(argv, { environment: NOTHING });
	expect(result.exitCode, describeResult(result)).toBe(0);
	return result.stdout + result.stderr;
}

/**
 * Proves that a registry can be moved to this storage by the two configurations alone, and is served from there. The
 * program is shown none of what `secrets` has.
 */
async function expectMoved(
	folder: string,
	storage: StorageBlock,
	secrets: readonly string[],
): Promise<void> {
	const layout = join(folder, "layout");
	writeOciLayout(layout, [
		{ tag: "small", layers: [600, 40_000] },
		{ tag: "platforms", layers: [800, 900], isMultiPlatform: true },
	]);
	const onDisk = filesystemStorage(join(folder, "storage"));
	const live = await start(folder, "live", onDisk);
	await push(layout, "small", live, "app:v1");
	await push(layout, "platforms", live, "team/app:v1");
	const digests = await tagDigests(live);

	const empty = await start(folder, "moved", storage);
	expect(await tagDigests(empty)).toEqual(new Map());
	await empty.stop();
	const stores = [live, empty].map(({ configFile }) => `config:${configFile}`);
	const output = [
		await run("sync", ...stores, "--verbose"),
		await run("sync", ...stores, "--dry-run"),
		await run("verify", ...stores, "--json"),
	];
	expect(output[1]).toContain("0 objects");
	for (const secret of secrets) expect(output.join()).not.toContain(secret);

	const moved = await start(folder, "moved", storage);
	await expectTags(moved, digests, join(folder, "pulled"));
}

test.skipIf(!hasTools("skopeo", "registry-3", "minio"))(
	"a registry is moved to S3 by the configurations of both, and its objects lie there as the new one says",
	async () => {
		const { s3 } = services();
		const bucket = await newBucket();
		const { s3: parameters, ...rest } = s3Storage(s3, bucket, "/pre/fix");
		const storageclass = "reduced_redundancy";
		await expectMoved(
			await temporaryFolder(),
			{ s3: { ...parameters, storageclass }, ...rest },
			[s3.secretAccessKey],
		);
		const client = s3Client();
		onTestFinished(() => client.destroy());
		const Key =
			"pre/fix/docker/registry/v2/repositories/app/_manifests/tags/v1/current/link";
		const link = await client.send(
			new HeadObjectCommand({ Bucket: bucket, Key }),
		);
		expect(link.StorageClass).toBe("REDUCED_REDUNDANCY");
	},
);

test.skipIf(!hasTools("skopeo", "registry-3", "azurite"))(
	"a registry is moved to Azure by the configurations of both",
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey, serviceUrl } = azurite.server;
		const { containerName } = await azurite.newContainer();
		const azure = {
			accountname: account,
			accountkey: accountKey,
			container: containerName,
			serviceurl: serviceUrl,
			rootdirectory: "/pre/fix",
			credentials: { type: "shared_key" },
		};
		const redirect = { disable: true };
		await expectMoved(await temporaryFolder(), { azure, redirect }, [
			accountKey,
		]);
	},
);

test.skipIf(!hasTools("skopeo", "registry-3", "fake-gcs-server"))(
	"a registry is moved to Google Cloud Storage by the configurations of both",
	async () => {
		const folder = await temporaryFolder();
		const { block } = await gcsBucket(folder, "/pre/fix");
		await expectMoved(folder, block, ["PRIVATE KEY"]);
	},
);
