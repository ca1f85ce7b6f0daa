import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, test } from "vitest";
import {
	lookAtDirectory,
	lookAtStore,
} from "../../../src/registry/collector/storage-look.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";

const HEX = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const TEAM = "docker/registry/v2/repositories/team/app";
const EMPTY_REVISION = `${TEAM}/_manifests/revisions/sha256/${HEX}/link`;
const SHORT_LAYER = `${TEAM}/_layers/sha256/${HEX}/link`;

const OBJECTS: Readonly<Record<string, string>> = {
	[EMPTY_REVISION]: "",
	[SHORT_LAYER]: "sha256:e3b0",
	// Nobody reads these while garbage is collected.
	[`${TEAM}/_manifests/tags/v1/current/link`]: "",
	[`${TEAM}/_uploads/1/data`]: "",
	// These are well.
	[`${TEAM}2/_manifests/revisions/sha256/${HEX}/link`]: `sha256:${HEX}`,
	[`${TEAM}2/_layers/sha256/${HEX}/link`]: `sha256:${HEX}`,
	"docker/registry/lockfiles/filesystem-in-use": '{"version":1}',
	"regmigrate.json": '{"source": "file:///elsewhere/"}',
};

const FOUND = {
	locks: ["filesystem-in-use"],
	marker: { source: "file:///elsewhere/", lastPass: undefined },
};

test("a directory tells its lock files, its marker, and links that hold no digest", async () => {
	const root = temporaryFolder();
	for (const [key, content] of Object.entries(OBJECTS)) {
		mkdirSync(join(root, dirname(key)), { recursive: true });
		writeFileSync(join(root, key), content);
	}
	const { brokenLinks, ...found } = await lookAtDirectory(
		localHost,
		`${root}/`,
		["revisions", "layers"],
		{},
	);
	const identity = `${pathToFileURL(root).href}/`;
	expect(found).toEqual({ ...FOUND, identity });
	expect(brokenLinks.toSorted()).toEqual([SHORT_LAYER, EMPTY_REVISION]);
	expect(await lookAtDirectory(localHost, root, ["revisions"], {})).toEqual({
		...{ ...FOUND, identity },
		brokenLinks: [EMPTY_REVISION],
	});
});

test("a directory without a registry is refused", async () => {
	await expect(
		lookAtDirectory(localHost, temporaryFolder(), ["revisions"], {}),
	).rejects.toMatchObject({
		code: "refused",
		message: expect.stringContaining("There is no registry"),
	});
});

test("a bucket tells the same", async () => {
	const store = new MemoryStore();
	for (const [key, content] of Object.entries(OBJECTS))
		await store.put(key, Buffer.from(content));
	expect(await lookAtStore(store, ["revisions", "layers"], {})).toEqual({
		...{ ...FOUND, identity: store.identity },
		brokenLinks: [SHORT_LAYER, EMPTY_REVISION],
	});
	const { brokenLinks } = await lookAtStore(store, ["revisions"], {});
	expect(brokenLinks).toEqual([EMPTY_REVISION]);
});
