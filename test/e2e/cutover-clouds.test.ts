import { renameSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { testAzurite } from "../store/azure/azurite.ts";
import { FaultyServer } from "../support/faulty-server.ts";
import { hasTools, services } from "../support/services.ts";
import { gcsBucket } from "./gcs-storage.ts";
import {
	expectOnTarget,
	type InstalledRegistry,
	installed,
	run,
	stateOf,
} from "./installed-registry.ts";
import { tagDigests } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";

const TRIED = ["--test-repository", "team/test"];

/** What it serves without its old storage is what it served before. */
async function expectServed(
	{ registry, folder }: InstalledRegistry,
	before: ReadonlyMap<string, string>,
): Promise<void> {
	renameSync(registry.storage, join(folder, "away"));
	const tags = await tagDigests(registry.server());
	for (const [name, digest] of before) expect(tags.get(name)).toBe(digest);
	renameSync(join(folder, "away"), registry.storage);
}

test.skipIf(!hasTools("registry-3", "azurite"))(
	"cutover › a registry goes over to Azure Blob Storage, and takes pushes there",
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey } = azurite.server;
		vi.stubEnv("AZURE_STORAGE_ACCOUNT", account);
		vi.stubEnv("AZURE_STORAGE_KEY", accountKey);
		onTestFinished(() => void vi.unstubAllEnvs());
		const { containerName } = await azurite.newContainer();
		const target = azurite.storeUrl(containerName, "/pre/fix", {}).href;
		const at = await installed("3", { target });
		const before = await tagDigests(at.registry.server());
		const { stdout, stderr } = await run(0, ...at.words, ...TRIED);
		expect(stdout + stderr).not.toContain(accountKey);
		await expectServed(at, before);
		await expectOnTarget(at);
	},
);

test.skipIf(!hasTools("registry-3", "fake-gcs-server"))(
	"cutover › a registry goes over to Google Cloud Storage; that it takes no pushes there is found in the end, and said",
	async () => {
		const folder = await temporaryFolder();
		const { bucket, keyFile } = await gcsBucket(folder, "/pre/fix");
		const at = await installed("3", {
			target: `gs://${bucket}/pre/fix`,
			targetFlags: [
				...["--registry-credentials", "keys"],
				...["--registry-key-file", keyFile],
			],
		});
		const before = await tagDigests(at.registry.server());
		// The emulator does not take a registry's uploads, which it appends to.
		const { stderr } = await run(6, ...at.words, ...TRIED);
		expect(stderr).toMatch(/The cutover could not be ended: .*push/);
		expect(stderr).toContain("It is past the point of no return");
		expect(stderr).toContain("Do not configure it to the source by hand");
		await run(0, ...at.words);
		expect(await stateOf(at.registry)).toBe("writable");
		await expectServed(at, before);
	},
);

test.skipIf(!hasTools("registry-3", "minio"))(
	"cutover › a target that refuses the first multipart upload is found in the end, and said",
	async () => {
		await using server = await FaultyServer.start(services().s3.endpoint);
		const body = Buffer.from(
			"<Error><Code>NotImplemented</Code><Message>no</Message></Error>",
		);
		const headers = { "content-type": "application/xml" };
		server.follow(({ method, query }) =>
			method === "POST" && query.has("uploads")
				? { answers: { status: 501, headers, body } }
				: undefined,
		);
		const at = await installed("3", { endpoint: server.origin });
		const { stderr } = await run(6, ...at.words, ...TRIED);
		expect(stderr).toMatch(/The cutover could not be ended: .*push/);
		expect(stderr).toContain("run the same command again: it goes on");
		server.follow();
		await run(0, ...at.words, ...TRIED);
		await expectOnTarget(at);
	},
);
