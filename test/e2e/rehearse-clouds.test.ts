import { beforeEach, expect, onTestFinished, test } from "vitest";
import { openStore } from "../../src/store/open.ts";
import { testAzurite } from "../store/azure/azurite.ts";
import { describeResult } from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { gcsBucket } from "./gcs-storage.ts";
import { runProgram } from "./program.ts";
import { registryInUse } from "./rehearsed-registry.ts";
import { temporaryFolder } from "./temporary-folder.ts";

let folder: string;
beforeEach(async () => {
	folder = await temporaryFolder();
});

test.skipIf(!hasTools("registry-3", "azurite"))(
	"a rehearsal passes on Azure Blob Storage, where a tag is pushed twice",
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey } = azurite.server;
		const { containerName } = await azurite.newContainer();
		const { href } = azurite.storeUrl(containerName, "/pre/fix", {});
		const { source, flags, served, files } = await registryInUse(folder, "3");
		const environment = {
			AZURE_STORAGE_ACCOUNT: account,
			AZURE_STORAGE_KEY: accountKey,
		};
		const result = await runProgram(
			["rehearse", source, href, ...flags, "--disable-redirect"],
			{ environment },
		);
		expect(result.exitCode, describeResult(result)).toBe(0);
		expect(result.stdout).toMatch(/driver azure, in\s+az:/);
		expect(result.stdout).not.toContain(accountKey);
		expect(result.stdout).toContain("Pushed the same tag once more.");
		expect(served()).toEqual([]);
		expect(files()).toEqual([]);
		await using store = await openStore(new URL(href), { environment });
		const left: string[] = [];
		for await (const { objects } of store.list({ prefix: "" }))
			left.push(...objects.map(({ key }) => key));
		expect(left).toEqual([]);
	},
);

test.skipIf(!hasTools("registry-3", "fake-gcs-server"))(
	"a rehearsal pulls from Google Cloud Storage, and tells what the emulator does not take",
	async () => {
		const { bucket, block } = await gcsBucket(folder, "/pre/fix");
		const { keyfile } = { keyfile: "", ...block.gcs };
		const emulator = process.env.STORAGE_EMULATOR_HOST ?? "";
		const { source, flags, served, files } = await registryInUse(folder, "3", {
			STORAGE_EMULATOR_HOST: emulator,
		});
		const result = await runProgram([
			...["rehearse", source, `gs://${bucket}/pre/fix`, ...flags],
			...["--registry-credentials", "keys", "--registry-key-file", keyfile],
			"--disable-redirect",
		]);
		expect(result.exitCode, describeResult(result)).toBe(3);
		expect(result.stdout).toMatch(/passed\s+Pulled by digest: 3 images/);
		expect(result.stdout).toMatch(/FAILED\s+Cannot push/);
		expect(served()).toEqual([]);
		expect(files()).toEqual([]);
	},
);
