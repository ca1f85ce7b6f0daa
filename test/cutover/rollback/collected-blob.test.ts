import { expect, test } from "vitest";
import { collectedBlob } from "../../../src/cutover/rollback/collected-blob.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { unreadable } from "../../support/faults.ts";
import {
	blob,
	contentOf,
	imageWrites,
	putAll,
	smallRegistry,
} from "../../sync/content.ts";
import { MergedRegistry } from "./merged-registry.ts";

const PUSHED = blob("pushed since")[0];

/** What is found to be collected, of a registry to which an image was pushed since and copied back. */
async function foundIn(
	registry: MergedRegistry,
	oldSource: ObjectStore = registry.source,
): Promise<string | undefined> {
	const { indexPath } = registry;
	return await collectedBlob({ oldSource, pass: { indexPath } }, {});
}

async function copiedBack(): Promise<MergedRegistry> {
	const registry = new MergedRegistry();
	const { source, target } = registry;
	await putAll(source, [...smallRegistry()]);
	await registry.goOver();
	await putAll(
		target,
		imageWrites("acme/app", ["base", "pushed since"]).writes,
	);
	registry.begin();
	await registry.back(false);
	expect((await contentOf(source)).has(PUSHED)).toBe(true);
	return registry;
}

test.each([
	["was copied back", PUSHED],
	["both sides had", blob("base")[0]],
])(
	"a blob that %s, and that somebody has collected in the old source since, is found",
	async (_, key) => {
		using registry = await copiedBack();
		expect(await foundIn(registry)).toBeUndefined();
		await registry.source.delete([key]);
		expect(await foundIn(registry)).toBe(key);
		await registry.back(true);
		expect(await foundIn(registry)).toBeUndefined();
		expect((await contentOf(registry.source)).has(key)).toBe(true);
	},
);

test("one that the registry has no more is missed by nobody", async () => {
	using registry = await copiedBack();
	const key = blob("one")[0];
	await registry.target.delete([key]);
	await registry.back(false);
	await registry.source.delete([key]);
	expect(await foundIn(registry)).toBeUndefined();
});

test("what cannot be looked at may have been collected", async () => {
	using registry = await copiedBack();
	const closed = "docker/registry/v2/blobs/";
	await expect(
		foundIn(registry, unreadable(registry.source, closed)),
	).rejects.toThrow();
});
