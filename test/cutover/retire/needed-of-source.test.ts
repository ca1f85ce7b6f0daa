import { expect, test } from "vitest";
import { neededOfSource } from "../../../src/cutover/retire/needed-of-source.ts";
import { blobKey, formatKey } from "../../../src/layout/paths.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { unreadable } from "../../support/faults.ts";
import {
	blob,
	imageWrites,
	smallRegistry,
	storeOf,
} from "../../sync/content.ts";

const MANIFEST = imageWrites("acme/app", ["base", "one"]).digest;
const REVISION = formatKey({
	kind: "revision",
	repository: "acme/app",
	digest: MANIFEST,
});

/** Whether anything is needed of a source where the target lacks these keys, and the source these. */
async function needed(
	lost: readonly string[],
	{
		lostToo = [],
		seen = (target) => target,
	}: {
		readonly lostToo?: readonly string[];
		readonly seen?: (target: ObjectStore) => ObjectStore;
	} = {},
): Promise<string | undefined> {
	const [source, target] = [
		await storeOf(smallRegistry()),
		await storeOf(smallRegistry()),
	];
	await target.delete(lost);
	await source.delete(lostToo);
	return await neededOfSource(source, seen(target), {});
}

test("nothing is needed of a source whose target is whole, or has other images by now", async () => {
	expect(await needed([])).toBeUndefined();
	const image = [...smallRegistry().keys()].filter((key) =>
		key.includes("/acme/app/"),
	);
	expect(await needed([...image, blobKey(MANIFEST)])).toBeUndefined();
});

test.each([
	["layer", blob("one")[0]],
	["manifest", blobKey(MANIFEST)],
])(
	"a %s that a link at the target names, and only the source has, is needed",
	async (_, key) => {
		expect(await needed([key])).toContain(
			`needs ${key}, which only the source has`,
		);
		expect(await needed([key], { lostToo: [key] })).toBeUndefined();
	},
);

test("so is a manifest that a tag at the target names, and that only the source's repository has", async () => {
	expect(await needed([REVISION])).toMatch(
		`tags/v1/current/link at the target needs ${REVISION}, which`,
	);
	expect(await needed([REVISION], { lostToo: [REVISION] })).toBeUndefined();
});

test("a layer that garbage collection has taken, with its link left behind, is not", async () => {
	const image = [...smallRegistry().keys()].filter((key) =>
		key.includes("/acme/app/_manifests/"),
	);
	expect(await needed([...image, blob("one")[0]])).toBeUndefined();
});

test("a target that was emptied holds nothing that the source could do without", async () => {
	expect(await needed([...smallRegistry().keys()])).toContain(
		"holds no registry any more",
	);
});

test("a target that cannot be read may need anything", async () => {
	const found = await needed([], {
		seen: (target) =>
			unreadable(target, "docker/registry/v2/repositories/acme/"),
	});
	expect(found).toContain("could not be read");
});
