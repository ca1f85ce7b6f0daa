import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { formatDigest } from "../../src/layout/digest.ts";
import { copyRank } from "../../src/layout/order.ts";
import {
	blobKey,
	formatKey,
	kindOf,
	type RegistryKey,
} from "../../src/layout/paths.ts";
import { lowestRankBelow } from "../../src/layout/sections.ts";
import { judgeLink, spreadTrouble } from "../../src/sync/hold-back.ts";
import { ObjectIndex } from "../../src/sync/object-index.ts";
import { State } from "../../src/sync/object-state.ts";
import { type ObjectTable, openTable } from "../../src/sync/object-table.ts";
import { digestOf } from "./content.ts";

const DIGEST = digestOf("manifest");
const CONTENT = formatDigest(DIGEST);
const BLOB = blobKey(DIGEST);
const REPOSITORY = "acme/app";
const CURRENT: RegistryKey = {
	kind: "current",
	repository: REPOSITORY,
	tag: "v1",
};
const WRITE = { type: "write" };

let table: ObjectTable;
let index: ObjectIndex;

beforeEach(() => {
	table = openTable(undefined);
	index = new ObjectIndex(table, 1000);
	for (const repository of [REPOSITORY, `${REPOSITORY}/cache`])
		atSource(revisionOf(repository), State.copy, CONTENT);
});

afterEach(() => table.database.close());

function atSource(key: string, state: State, content?: string): void {
	index.addSource({
		key,
		kind: kindOf(key),
		size: 8,
		content,
		version: "",
		state,
	});
}

function atTarget(key: string): void {
	const meta = { size: 8, md5: undefined, version: "", lastModified: 0 };
	index.addTarget([{ key, ...meta }]);
}

function trouble(key: string): void {
	index.trouble.mark(key, copyRank(kindOf(key)), State.trouble);
}

/** Nothing is known of what this may hold. */
function unknown(prefix: string): void {
	index.trouble.addUnknown(prefix, lowestRankBelow(prefix));
}

function judge(key: RegistryKey = CURRENT) {
	return judgeLink(index, formatKey(key), CONTENT, copyRank(key.kind));
}

function revisionOf(repository: string): string {
	return formatKey({ kind: "revision", repository, digest: DIGEST });
}

function layerOf(repository: string): string {
	return formatKey({ kind: "layer", repository, digest: digestOf("layer") });
}

describe("judgeLink › its blob", () => {
	test("was just copied: write", () => {
		atSource(BLOB, State.copy);
		expect(judge()).toEqual(WRITE);
	});

	test("is at the target only: write", () => {
		atTarget(BLOB);
		expect(judge()).toEqual(WRITE);
	});

	test("is at the target, and the source's could not be looked at: write", () => {
		atTarget(BLOB);
		trouble(BLOB);
		expect(judge()).toEqual(WRITE);
	});

	test("is broken in the source: write", () => {
		atSource(BLOB, State.copy);
		index.trouble.mark(BLOB, copyRank("blob"), State.broken);
		expect(judge()).toEqual(WRITE);
	});

	test("could not be copied, or vanished: hold back", () => {
		atSource(BLOB, State.copy);
		trouble(BLOB);
		expect(judge()).toEqual({ type: "hold-back", needs: BLOB });
	});

	test("could not be copied over one of another size at the target: hold back", () => {
		atTarget(BLOB);
		atSource(BLOB, State.copy);
		trouble(BLOB);
		expect(judge()).toEqual({ type: "hold-back", needs: BLOB });
	});

	test("could not be looked at, and is not at the target: hold back", () => {
		trouble(BLOB);
		expect(judge()).toEqual({ type: "hold-back", needs: BLOB });
	});

	test.each([
		"docker/registry/v2/blobs/",
		"docker/registry/v2/blobs/sha256/",
		`docker/registry/v2/blobs/sha256/${DIGEST.hex.slice(0, 2)}/`,
		`docker/registry/v2/blobs/sha256/${DIGEST.hex.slice(0, 2)}/${DIGEST.hex}/`,
	])("(I2) may lie in %s, which could not be listed: hold back", (range) => {
		unknown(range);
		expect(judge()).toEqual({ type: "hold-back", needs: range });
	});

	test("(I2) may lie behind a name that leads nowhere: hold back", () => {
		unknown("docker/registry/v2/blobs");
		const needs = "docker/registry/v2/blobs/";
		expect(judge()).toEqual({ type: "hold-back", needs });
	});

	test("is at the target, though its shard could not be listed: write", () => {
		unknown("docker/registry/v2/blobs/");
		atTarget(BLOB);
		expect(judge()).toEqual(WRITE);
	});

	test.each([
		"docker/registry/v2/blobs/sha512/",
		"docker/registry/v2/blobs/sha256/zz/",
	])("is on neither side's list, and cannot be in %s: dangling", (range) => {
		unknown(range);
		expect(judge()).toEqual({ type: "dangling", needs: BLOB });
	});

	test("was on the source's list in an earlier pass, could not be copied, and is gone: dangling", () => {
		atSource(BLOB, State.copy);
		index.unsure(BLOB);
		index.gone(BLOB);
		expect(judge()).toEqual({ type: "dangling", needs: BLOB });
	});

	test("is on neither side's list: dangling", () => {
		expect(judge()).toEqual({ type: "dangling", needs: BLOB });
	});
});

describe("judgeLink › its repository", () => {
	beforeEach(() => atSource(BLOB, State.copy));

	test.each<RegistryKey>([
		{ kind: "layer", repository: REPOSITORY, digest: digestOf("layer") },
		{ kind: "revision", repository: REPOSITORY, digest: digestOf("other") },
		{
			kind: "index",
			repository: REPOSITORY,
			tag: "v1",
			digest: digestOf("other"),
		},
	])("has a $kind link in trouble, which ranks lower: hold back", (key) => {
		trouble(formatKey(key));
		expect(judge()).toEqual({ type: "hold-back", needs: formatKey(key) });
	});

	test("has another tag's current link in trouble, which ranks the same: write", () => {
		trouble(formatKey({ ...CURRENT, tag: "v2" }));
		expect(judge()).toEqual(WRITE);
	});

	test("has something broken: write", () => {
		index.trouble.mark(layerOf(REPOSITORY), copyRank("layer"), State.broken);
		expect(judge()).toEqual(WRITE);
	});

	test.each([
		"_layers/",
		"_layers",
		"_manifests/revisions/sha256/",
		"_manifests",
	])("(I2) has %s, which could not be listed: hold back", (section) => {
		const name = `docker/registry/v2/repositories/${REPOSITORY}/${section}`;
		unknown(name);
		const needs = section.endsWith("/") ? name : `${name}/`;
		expect(judge()).toEqual({ type: "hold-back", needs });
	});

	test("has uploads that could not be listed: write", () => {
		unknown(`docker/registry/v2/repositories/${REPOSITORY}/_uploads/`);
		expect(judge()).toEqual(WRITE);
	});

	test("(I2) lies in a range that could not be listed: hold back", () => {
		unknown("docker/registry/v2/repositories/acme/");
		const needs = "docker/registry/v2/repositories/acme/";
		expect(judge()).toEqual({ type: "hold-back", needs });
	});

	test.each(["acme/app/cache", "acme/app-web", "acme/app.old", "acme", "solo"])(
		"is not %s, which has a layer in trouble: write",
		(other) => {
			trouble(layerOf(other));
			expect(judge()).toEqual(WRITE);
		},
	);

	test("is whole, while the one that it lies in has a layer in trouble: write", () => {
		trouble(layerOf(REPOSITORY));
		expect(judge({ ...CURRENT, repository: `${REPOSITORY}/cache` })).toEqual(
			WRITE,
		);
	});

	test("has tags that could not be listed: a layer link, which ranks lower, is written", () => {
		unknown(`docker/registry/v2/repositories/${REPOSITORY}/_manifests/tags/`);
		const digest = DIGEST;
		const layer = { kind: "layer", repository: REPOSITORY, digest } as const;
		expect(judge(layer)).toEqual(WRITE);
	});
});

describe("judgeLink › the revision of a tag", () => {
	const REVISION = revisionOf(REPOSITORY);
	const outdated = { type: "outdated", needs: REVISION };

	beforeEach(() => {
		atSource(BLOB, State.copy);
		index.gone(REVISION);
	});

	test("is on the source's list: write", () => {
		atSource(REVISION, State.settled, CONTENT);
		expect(judge()).toEqual(WRITE);
	});

	test("is damaged in the source: write", () => {
		atSource(REVISION, State.malformed);
		expect(judge()).toEqual(WRITE);
	});

	test("is not on the source's list: outdated", () => {
		expect(judge()).toEqual(outdated);
	});

	test("is at the target only, from where it can be deleted: outdated", () => {
		atTarget(REVISION);
		expect(judge()).toEqual(outdated);
	});

	test("does not matter to links that rank lower", () => {
		const digest = DIGEST;
		const tagged = { repository: REPOSITORY, digest };
		expect(judge({ kind: "layer", ...tagged })).toEqual(WRITE);
		expect(judge({ kind: "index", tag: "v1", ...tagged })).toEqual(WRITE);
	});
});

describe("judgeLink › an entry of a tag's history", () => {
	const REVISION = revisionOf(REPOSITORY);
	const entry: RegistryKey = { ...CURRENT, kind: "index", digest: DIGEST };

	test("whose blob is in place: write, also without a revision", () => {
		atSource(BLOB, State.copy);
		index.gone(REVISION);
		expect(judge(entry)).toEqual(WRITE);
	});

	test("whose blob is on neither side's list, and the revision is on the source's: told there", () => {
		expect(judge(entry)).toEqual({ type: "repeated", needs: BLOB });
		expect(
			judge({ kind: "revision", repository: REPOSITORY, digest: DIGEST }),
		).toEqual({ type: "dangling", needs: BLOB });
	});

	test("whose blob is on neither side's list, and the revision is malformed: told there", () => {
		index.gone(REVISION);
		atSource(REVISION, State.malformed);
		expect(judge(entry)).toEqual({ type: "repeated", needs: BLOB });
	});

	test("whose blob is on neither side's list, nor the revision on the source's: left over", () => {
		index.gone(REVISION);
		expect(judge(entry)).toEqual({ type: "leftover", needs: BLOB });
	});

	test("the same, and another repository has the revision: left over", () => {
		index.gone(REVISION);
		atSource(revisionOf("acme/other"), State.copy, CONTENT);
		expect(judge(entry)).toEqual({ type: "leftover", needs: BLOB });
	});

	test("the same, and the target has the revision still: left over", () => {
		index.gone(REVISION);
		atTarget(REVISION);
		expect(judge(entry)).toEqual({ type: "leftover", needs: BLOB });
	});

	test("the same, of a tag that names it still: the tag dangles", () => {
		index.gone(REVISION);
		expect(judge()).toEqual({ type: "dangling", needs: BLOB });
	});

	test.each([
		"_manifests/revisions/",
		`_manifests/revisions/sha256/${DIGEST.hex}/link`,
	])(
		"(I2) whose revision may be in %s, which could not be read: hold back",
		(place) => {
			index.gone(REVISION);
			const name = `docker/registry/v2/repositories/${REPOSITORY}/${place}`;
			unknown(name);
			const needs = name.endsWith("/") ? name : `${name}/`;
			expect(judge(entry)).toEqual({ type: "hold-back", needs });
		},
	);

	test("(I2) whose blob may lie in a range that could not be listed: hold back", () => {
		index.gone(REVISION);
		const needs = "docker/registry/v2/blobs/";
		unknown(needs);
		expect(judge(entry)).toEqual({ type: "hold-back", needs });
	});
});

describe("spreadTrouble › a link that is the same on both sides", () => {
	const link = layerOf(REPOSITORY);

	beforeEach(() => {
		atTarget(link);
		atSource(link, State.settled, CONTENT);
	});

	test("is in trouble with its blob, so that what needs it waits", () => {
		atSource(BLOB, State.copy);
		trouble(BLOB);
		spreadTrouble(index);
		expect(judge()).toEqual({ type: "hold-back", needs: link });
	});

	test("is in trouble when its blob may lie in an unknown range", () => {
		unknown("docker/registry/v2/blobs/sha256/");
		spreadTrouble(index);
		expect(index.find(link)?.state).toBe(State.trouble);
	});

	test("is in none when its blob is in place, or cannot be in what is unknown", () => {
		unknown("docker/registry/v2/blobs/sha512/");
		trouble(blobKey(digestOf("another")));
		spreadTrouble(index);
		expect(index.find(link)?.state).toBe(State.settled);
		atTarget(BLOB);
		unknown("docker/registry/v2/blobs/");
		spreadTrouble(index);
		expect(index.find(link)?.state).toBe(State.settled);
	});

	test("is in none when its blob is broken in the source", () => {
		atSource(BLOB, State.copy);
		trouble(blobKey(digestOf("another")));
		index.trouble.mark(BLOB, copyRank("blob"), State.broken);
		spreadTrouble(index);
		expect(index.find(link)?.state).toBe(State.settled);
	});
});
