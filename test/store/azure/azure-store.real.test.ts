import { afterAll, describe } from "vitest";
import { openAzure } from "../../../src/store/azure/open.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import {
	describeCalls,
	describeStore,
	type StoreHarness,
} from "../../conformance/describe-store.ts";
import { hasTools } from "../../support/services.ts";
import { type TestAzurite, testAzurite } from "./azurite.ts";

let azurite: TestAzurite | undefined;

async function running(): Promise<TestAzurite> {
	azurite ??= await testAzurite();
	return azurite;
}

const containerOf = (store: ObjectStore) =>
	new URL(store.url).pathname.split("/")[1] ?? "";

function at(
	prefix: string,
	options: Readonly<Record<string, string>>,
): StoreHarness {
	const url = async (container: string) =>
		(await running()).storeUrl(container, prefix, options);
	return {
		keepsBackslashes: false,
		async open() {
			const { containerName } = await (await running()).newContainer();
			return openAzure(await url(containerName));
		},
		reopen: async (store) => openAzure(await url(containerOf(store))),
		leftovers: async () => [],
		close: async (store) => store[Symbol.asyncDispose](),
	};
}

describe.skipIf(!hasTools("azurite"))("on Azurite", () => {
	afterAll(() => azurite?.[Symbol.asyncDispose]());
	describeStore("the Azure store", at("/some/prefix", {}));
	describeCalls(
		"the Azure store with the legacy key rule",
		at("", { "root-prefix": "legacy" }),
	);
});
