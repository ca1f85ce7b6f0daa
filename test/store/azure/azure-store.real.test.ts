import { afterAll, describe, expect } from "vitest";
import { open as openAzure } from "../../../src/store/azure/open.ts";
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

/** The names of blobs that a store makes on the way, and should have deleted. */
async function stagedIn(container: string): Promise<readonly string[]> {
	const client = (await running()).service.getContainerClient(container);
	const names = (await Array.fromAsync(client.listBlobsFlat())).map(
		({ name }) => name,
	);
	return names.filter((name) => name.includes(".regmigrate"));
}

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
		// Blocks that never became a blob stay, where no listing shows them, until the service drops them.
		leftovers: async () => [],
		async close(store) {
			await store[Symbol.asyncDispose]();
			expect(await stagedIn(containerOf(store))).toEqual([]);
		},
	};
}

describe.skipIf(!hasTools("azurite"))("on Azurite", () => {
	afterAll(() => azurite?.[Symbol.asyncDispose]());
	describeStore("the Azure store", at("/some/prefix", {}));
	describeCalls(
		"the Azure store with the legacy key rule",
		at("", { "root-prefix": "legacy" }),
	);
	describeCalls(
		"the Azure store with append blobs",
		at("/some/prefix", { "append-blobs-below": "1000000" }),
	);
});
