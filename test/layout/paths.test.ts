import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	formatKey,
	kindOf,
	parseKey,
	type RegistryKey,
	repositoryOf,
} from "../../src/layout/paths.ts";
import { DIGEST, KEYS, REGISTRY_KEY, REPOSITORY, TAG } from "./arbitraries.ts";

const HEX = `ab${"01".repeat(31)}`;
const SHA256 = { algorithm: "sha256", hex: HEX };
const V2 = "docker/registry/v2";
const APP = `${V2}/repositories/acme/app`;

/** Nothing, or something that is spelled exactly so: no two keys mean the same. */
function expectFaithful(key: string): void {
	const parsed = parseKey(key);
	if (parsed !== undefined) expect(formatKey(parsed)).toBe(key);
}

describe("parseKey", () => {
	test("reads what formatKey writes: any repository, tag and digest", () => {
		fc.assert(
			fc.property(REGISTRY_KEY, (key) => {
				expect(parseKey(formatKey(key))).toEqual(key);
			}),
			{ numRuns: 1000 },
		);
	});

	test("gives for odd keys nothing, or what formats back to them", () => {
		fc.assert(
			fc.property(KEYS, (keys) => {
				for (const key of keys) expectFaithful(key);
			}),
			{ numRuns: 300 },
		);
	});

	test("gives for every leading part of a key nothing, or what formats back to it", () => {
		fc.assert(
			fc.property(REGISTRY_KEY.map(formatKey), (key) => {
				for (let length = 0; length < key.length; length++)
					expectFaithful(key.slice(0, length));
			}),
			{ numRuns: 100 },
		);
	});

	test("gives for a key with one character changed, added or left out nothing, or what formats back to it", () => {
		const change = fc.record({
			at: fc.double({ min: 0, max: 1, noNaN: true }),
			removed: fc.constantFrom(0, 1),
			added: fc.constantFrom("", "/", "_", "0", "g", ".", "A", "/_", "\n"),
		});
		fc.assert(
			fc.property(
				REGISTRY_KEY.map(formatKey),
				change,
				(key, { at, removed, added }) => {
					const index = Math.floor(at * key.length);
					expectFaithful(
						key.slice(0, index) + added + key.slice(index + removed),
					);
				},
			),
			{ numRuns: 3000 },
		);
	});

	test.for<[string, RegistryKey]>([
		[
			"docker/registry/lockfiles/filesystem-in-use",
			{ kind: "lock", name: "filesystem-in-use" },
		],
		[`${V2}/blobs/sha256/ab/${HEX}/data`, { kind: "blob", digest: SHA256 }],
		[
			`${APP}/_layers/sha256/${HEX}/link`,
			{ kind: "layer", repository: "acme/app", digest: SHA256 },
		],
		[
			`${APP}/_manifests/revisions/sha256/${HEX}/link`,
			{ kind: "revision", repository: "acme/app", digest: SHA256 },
		],
		[
			`${APP}/_manifests/revisions/sha256/${HEX}/signatures/sha256/${HEX}/link`,
			{
				kind: "signature",
				repository: "acme/app",
				revision: SHA256,
				digest: SHA256,
			},
		],
		[
			`${APP}/_manifests/tags/v1/index/sha256/${HEX}/link`,
			{ kind: "index", repository: "acme/app", tag: "v1", digest: SHA256 },
		],
		[
			`${APP}/_manifests/tags/v1/current/link`,
			{ kind: "current", repository: "acme/app", tag: "v1" },
		],
		[
			`${APP}/_manifests/tags/_uploads/current/link`,
			{ kind: "current", repository: "acme/app", tag: "_uploads" },
		],
	])("knows %s", ([key, parsed]) => {
		expect(parseKey(key)).toEqual(parsed);
		expect(kindOf(key)).toBe(parsed.kind);
	});

	test.for([
		["a key of something else", "docker/other/file"],
		["another version", `docker/registry/v3/blobs/sha256/ab/${HEX}/data`],
		["a lock in a folder", "docker/registry/lockfiles/a/b"],
		["a blob in the wrong shard", `${V2}/blobs/sha256/cd/${HEX}/data`],
		[
			"a blob with half a digest",
			`${V2}/blobs/sha256/ab/${HEX.slice(32)}/data`,
		],
		["a file beside a blob", `${V2}/blobs/sha256/ab/${HEX}/data.bak`],
		["a file below a blob", `${V2}/blobs/sha256/ab/${HEX}/data/data`],
		[
			"a link without a repository",
			`${V2}/repositories/_layers/sha256/${HEX}/link`,
		],
		[
			"a repository whose name begins with an underscore",
			`${V2}/repositories/_acme/_layers/sha256/${HEX}/link`,
		],
		[
			"a repository below one whose name begins with an underscore",
			`${V2}/repositories/acme/_old/app/_layers/sha256/${HEX}/link`,
		],
		["an unknown section", `${APP}/_other/sha256/${HEX}/link`],
		["a half-finished push", `${APP}/_uploads/uuid/data`],
		["a tag without a name", `${APP}/_manifests/tags//current/link`],
		["a tag that is a file", `${APP}/_manifests/tags/v1`],
		["a tag's link that is not in its place", `${APP}/_manifests/tags/v1/link`],
		["an index without a digest", `${APP}/_manifests/tags/v1/index/link`],
		["a layer with too long a path", `${APP}/_layers/sha256/${HEX}/x/link`],
	] as const)("does not know %s", ([, key]) => {
		expect(parseKey(key)).toBeUndefined();
		expect(kindOf(key)).toBe("other");
	});
});

describe("repositoryOf", () => {
	test("names the repository of every link, whatever the tag is called", () => {
		fc.assert(
			fc.property(REPOSITORY, TAG, DIGEST, (repository, tag, digest) => {
				for (const key of [
					formatKey({ kind: "current", repository, tag }),
					formatKey({ kind: "index", repository, tag, digest }),
					formatKey({ kind: "layer", repository, digest }),
				])
					expect(repositoryOf(key)).toBe(repository);
			}),
			{ numRuns: 300 },
		);
	});

	test("names it for unknown keys in it too, and for nothing else", () => {
		expect(repositoryOf(`${APP}/_manifests/odd`)).toBe("acme/app");
		expect(repositoryOf(`${APP}/_uploads/uuid/data`)).toBe("acme/app");
		expect(repositoryOf(`${APP}/notes.txt`)).toBeUndefined();
		expect(repositoryOf(`${V2}/repositories/_layers/x`)).toBeUndefined();
		expect(repositoryOf(`${V2}/blobs/sha256/ab/${HEX}/data`)).toBeUndefined();
	});
});
