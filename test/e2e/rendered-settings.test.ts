import { onTestFinished, test } from "vitest";
import type { StorageBlock } from "../../scripts/services/registry.ts";
import { s3Environment } from "../../scripts/services/s3.ts";
import { driverSettings } from "../../src/registry/target/driver-settings.ts";
import { parseProduct } from "../../src/registry/target/product.ts";
import { resolveTarget } from "../../src/registry/target/resolve-target.ts";
import type { Environment } from "../../src/store/environment.ts";
import { testAzurite } from "../store/azure/azurite.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { gcsBucket } from "./gcs-storage.ts";
import { expectServedFrom } from "./served-from.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** The storage of a registry of this product that is told of a store by nothing but what it is rendered to. */
async function rendered(
	product: string,
	url: string,
	environment: Environment,
): Promise<StorageBlock> {
	const target = await resolveTarget({ url: new URL(url), environment });
	const { storage } = driverSettings(target, parseProduct(product), {
		credentials: "keys",
	});
	return {
		[storage.driver]: storage.parameters,
		redirect: { disable: true },
		delete: { enabled: true },
	};
}

test.skipIf(!hasTools("skopeo", "registry-3", "registry-2", "minio")).for([
	["3", "distribution 3.1.2"],
	["2", "distribution 2.8.2"],
] as const)(
	"Distribution %s starts on what it is told of an S3 server, serves what sync put there, and takes pushes",
	async ([version, product]) => {
		const { s3 } = services();
		const bucket = await newBucket();
		const url = storeUrl(bucket, "/pre/fix", s3).href;
		const block = await rendered(product, url, s3Environment(s3));
		await expectServedFrom(
			{ url, block, takesPushes: true, version },
			await temporaryFolder(),
		);
	},
);

test.skipIf(!hasTools("skopeo", "registry-3", "azurite"))(
	"Distribution 3 starts on what it is told of Azure, serves what sync put there, and takes pushes",
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey } = azurite.server;
		const { containerName } = await azurite.newContainer();
		const url = azurite.storeUrl(containerName, "/pre/fix").href;
		const environment = {
			AZURE_STORAGE_ACCOUNT: account,
			AZURE_STORAGE_KEY: accountKey,
		};
		const block = await rendered("distribution 3.1.2", url, environment);
		await expectServedFrom(
			{ url, block, takesPushes: true },
			await temporaryFolder(),
		);
	},
);

test.skipIf(!hasTools("skopeo", "registry-3", "fake-gcs-server"))(
	"Distribution 3 starts on what it is told of Google Cloud Storage, and serves what sync put there",
	async () => {
		const folder = await temporaryFolder();
		const { bucket, keyFile } = await gcsBucket(folder, "/pre/fix");
		const url = `gs://${bucket}/pre/fix`;
		const environment = { GOOGLE_APPLICATION_CREDENTIALS: keyFile };
		const block = await rendered("distribution 3.1.2", url, environment);
		// The emulator cannot take the appending uploads that the registry sends.
		await expectServedFrom({ url, block, takesPushes: false }, folder);
	},
);
