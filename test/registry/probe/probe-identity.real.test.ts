import { cpSync, mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { sampleRepository } from "../../../scripts/sample-registry/names.ts";
import { retag } from "../../../scripts/sample-registry/retag.ts";
import { writeSampleRegistry } from "../../../scripts/sample-registry/sample-registry.ts";
import {
	filesystemStorage,
	startRegistry,
} from "../../../scripts/services/registry.ts";
import { formatKey } from "../../../src/layout/paths.ts";
import { probeIdentity } from "../../../src/registry/probe/probe-identity.ts";
import { openStore } from "../../../src/store/open.ts";
import { temporaryFolder } from "../../e2e/temporary-folder.ts";
import { snapshotTree } from "../../e2e/tree.ts";
import { hasTools } from "../../support/services.ts";
import { clientOf } from "./scripted-registry.ts";

const SAMPLE = {
	repositories: 2,
	tagsPerRepository: 3,
	layersPerTag: 1,
	sharedLayersPerTag: 0,
	multiPlatformEvery: 0,
} as const;
/** More than there are, so that each is looked at. */
const ALL = { count: 30 };

let root: string;
let folder: string;
beforeEach(async () => {
	folder = await temporaryFolder();
	root = join(folder, "storage");
	mkdirSync(root);
});

/** Another place that holds what the storage does now. */
function copy(): string {
	const place = join(folder, "copy");
	cpSync(root, place, { recursive: true });
	return place;
}

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	const skipped = test.skipIf(!hasTools(`registry-${version}`));

	/** Asks the registry on the storage whether it serves what lies at a place. */
	async function probe(place: string) {
		const registry = await startRegistry({
			version,
			directory: join(folder, "registry"),
			storage: filesystemStorage(root),
		});
		onTestFinished(() => registry.stop());
		await using store = await openStore(pathToFileURL(place));
		return await probeIdentity(clientOf(registry.url), store, ALL);
	}

	skipped("is known by its storage, and nothing is written", async () => {
		writeSampleRegistry(root, { ...SAMPLE, extras: ["empty-link"] });
		const before = snapshotTree(root);
		expect(await probe(root)).toMatchObject({
			identity: "same",
			because: "6 tags name what the storage says",
		});
		expect(snapshotTree(root)).toEqual(before);
	});

	skipped(
		"is told from a copy of its storage in which a tag has moved",
		async () => {
			writeSampleRegistry(root, SAMPLE);
			const place = copy();
			retag(place, sampleRepository(0), "v1", "v2");
			expect(await probe(place)).toMatchObject({
				identity: "another",
				because: expect.stringContaining(
					`its ${sampleRepository(0)}:v1 is sha256:`,
				),
			});
		},
	);

	skipped("is told from one that has a tag more", async () => {
		writeSampleRegistry(root, SAMPLE);
		const place = copy();
		const repository = sampleRepository(0);
		const gone = `${formatKey({ kind: "current", repository, tag: "v1" })}/../..`;
		rmSync(join(root, gone), { recursive: true });
		expect(await probe(place)).toMatchObject({
			identity: "another",
			because: `it has no ${repository}:v1, and the storage has`,
		});
	});

	skipped("is told from one that has a tag less", async () => {
		writeSampleRegistry(root, SAMPLE);
		const place = copy();
		const repository = sampleRepository(0);
		const gone = `${formatKey({ kind: "current", repository, tag: "v1" })}/../..`;
		rmSync(join(place, gone), { recursive: true });
		expect(await probe(place)).toMatchObject({
			identity: "another",
			because: `it has ${repository}:v1, and the storage has not`,
		});
	});

	skipped(
		"is told from an empty storage, and an empty one cannot be told",
		async () => {
			const place = copy();
			expect(await probe(place)).toMatchObject({ identity: "unknown" });
			writeSampleRegistry(root, SAMPLE);
			expect(await probe(place)).toMatchObject({ identity: "another" });
		},
	);
});
