import { expect, onTestFinished, test } from "vitest";
import { resolveTarget } from "../../../src/registry/target/resolve-target.ts";
import { testAzurite } from "../../store/azure/azurite.ts";
import { hasTools } from "../../support/services.ts";

test.skipIf(!hasTools("azurite"))(
	'whether names in a container begin with a "/" is looked at, unless the URL says it',
	async () => {
		const azurite = await testAzurite();
		onTestFinished(() => azurite[Symbol.asyncDispose]());
		const environment = { AZURE_STORAGE_KEY: azurite.server.accountKey };
		const container = await azurite.newContainer();
		const prefixOf = async (options: Readonly<Record<string, string>> = {}) => {
			const url = azurite.storeUrl(container.containerName, "", options);
			const target = await resolveTarget({ url, environment });
			return target.url.searchParams.get("root-prefix");
		};
		expect(await prefixOf()).toBe("trimmed");
		await container.getBlockBlobClient("/docker/registry/v2/x").upload("x", 1);
		expect(await prefixOf()).toBe("legacy");
		expect(await prefixOf({ "root-prefix": "existing" })).toBe("legacy");
		expect(await prefixOf({ "root-prefix": "trimmed" })).toBe("trimmed");
	},
);
