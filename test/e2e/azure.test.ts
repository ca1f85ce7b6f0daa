import { onTestFinished, test } from "vitest";
import { testAzurite } from "../store/azure/azurite.ts";
import { hasTools } from "../support/services.ts";
import { expectServedFrom } from "./served-from.ts";
import { temporaryFolder } from "./temporary-folder.ts";

test.skipIf(!hasTools("skopeo", "registry-3", "azurite"))(
	"a registry is served from Azure Blob Storage, digest by digest, takes pushes there, and comes back as it was",
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const { account, accountKey, serviceUrl } = azurite.server;
		const { containerName } = await azurite.newContainer();
		const options = { "append-blobs-below": "136" };
		const { href } = azurite.storeUrl(containerName, "/pre/fix", options);
		const block = {
			azure: {
				accountname: account,
				accountkey: accountKey,
				container: containerName,
				serviceurl: serviceUrl,
				realm: "core.windows.net",
				rootdirectory: "/pre/fix",
				credentials: { type: "shared_key" },
			},
			redirect: { disable: true },
		};
		await expectServedFrom(
			{ url: href, block, takesPushes: true },
			await temporaryFolder(),
		);
	},
);
