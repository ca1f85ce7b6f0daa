import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
	BlobServiceClient,
	type ContainerClient,
	StorageSharedKeyCredential,
} from "@azure/storage-blob";
import {
	type AzuriteServer,
	startAzurite,
} from "../../../scripts/services/azurite.ts";

/** An Azurite of a test file's own, and an independent client of it. */
export interface TestAzurite extends AsyncDisposable {
	readonly server: AzuriteServer;
	readonly service: BlobServiceClient;
	/** Makes an empty container. */
	newContainer(): Promise<ContainerClient>;
	/** The URL of a container, or of a prefix (`/pre/fix`) of it. */
	storeUrl(
		container: string,
		prefix?: string,
		options?: Readonly<Record<string, string>>,
	): URL;
}

/** Starts Azurite, and sets the environment's credentials to its. */
export async function testAzurite(): Promise<TestAzurite> {
	const directory = await mkdtemp(join(tmpdir(), "regmigrate-azurite-"));
	const server = await startAzurite({ directory });
	const { account, accountKey, serviceUrl } = server;
	process.env.AZURE_STORAGE_KEY = accountKey;
	const service = new BlobServiceClient(
		serviceUrl,
		new StorageSharedKeyCredential(account, accountKey),
		{ retryOptions: { maxTries: 1 } },
	);
	return {
		server,
		service,
		async newContainer() {
			const container = service.getContainerClient(`test-${randomUUID()}`);
			await container.create();
			return container;
		},
		storeUrl(container, prefix = "", options = {}) {
			const url = new URL(`az://${account}/${container}${prefix}`);
			url.searchParams.set("endpoint", serviceUrl);
			for (const [name, value] of Object.entries(options))
				url.searchParams.set(name, value);
			return url;
		},
		async [Symbol.asyncDispose]() {
			await server.stop();
			await rm(directory, { recursive: true, force: true });
		},
	};
}
