import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
	type Exclusion,
	exclusionOf,
	isUpload,
} from "../../src/layout/exclusion.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { REGISTRY_KEY, REPOSITORY } from "./arbitraries.ts";

const HEX = `ab${"01".repeat(31)}`;
const V2 = "docker/registry/v2";
const BLOB = `${V2}/blobs/sha256/ab/${HEX}`;
const APP = `${V2}/repositories/acme/app`;
const TAG = `${APP}/_manifests/tags/v1`;

describe("exclusionOf", () => {
	test("excludes nothing of the drawing", () => {
		fc.assert(
			fc.property(REGISTRY_KEY.map(formatKey), (key) => {
				expect(exclusionOf(key)).toBeUndefined();
			}),
			{ numRuns: 1000 },
		);
	});

	test("excludes everything in a repository's _uploads, and whatever lies beside a blob or a link", () => {
		const below = fc.stringMatching(/^(?:[a-z.]{1,9}\/){0,3}[a-z]{5}$/);
		fc.assert(
			fc.property(REPOSITORY, below, (repository, rest) => {
				const root = `${V2}/repositories/${repository}`;
				expect(exclusionOf(`${root}/_uploads/${rest}`)).toBe("upload");
				for (const leaf of [BLOB, `${root}/_layers/sha256/${HEX}`])
					expect(exclusionOf(`${leaf}/${rest}`)).toBe("stray");
			}),
			{ numRuns: 200 },
		);
	});

	test.for<[string, Exclusion | undefined]>([
		["notes.txt", "outside"],
		["docker/registry", "outside"],
		["docker/other/v2/blobs", "outside"],
		["docker/registry/", "marker"],
		[`${TAG}/`, "marker"],
		[`${APP}/_uploads/`, "marker"],
		[`${BLOB}/data.5f3c.tmp`, "temporary"],
		[`${TAG}/current/link.5f3c.tmp`, "temporary"],
		[`${APP}/_uploads/5f3c/data.tmp`, "temporary"],
		[`${APP}/_uploads/5f3c/hashstates/sha256/0`, "upload"],
		[`${BLOB}/data.bak`, "stray"],
		[`${BLOB}/link`, "stray"],
		[`${BLOB}/copy/data`, "stray"],
		[`${TAG}/current/data`, "stray"],
		[`${TAG}/current/old/link`, "stray"],
		[`${TAG}/index/sha256/${HEX}/old/link`, "stray"],
		[`${APP}/_layers/sha256/${HEX}/old/x`, "stray"],
		[`${APP}/_manifests/tags/_uploads/current/link`, undefined],
		[`${APP}/_manifests/tags/v1.tmp/current/link`, undefined],
		[`${APP}/_manifests/revisions/sha256/${HEX}/notes`, "stray"],
		[`${TAG}/notes`, "stray"],
		[`${APP}/_manifests/tags/notes`, undefined],
		[`${APP}/notes.txt`, undefined],
		[`${V2}/repositories/_uploads/x`, undefined],
		["docker/registry/v3/anything", undefined],
		["docker/registry/lockfiles/database-in-use", undefined],
	])("says of %s: %s", ([key, exclusion]) => {
		expect(exclusionOf(key)).toBe(exclusion);
	});
});

test("isUpload › is true of _uploads itself, not of a tag or a namespace of that name", () => {
	expect(isUpload(`${APP}/_uploads/`)).toBe(true);
	expect(isUpload(`${APP}/_manifests/tags/_uploads/`)).toBe(false);
	expect(isUpload(`${V2}/repositories/_uploads/`)).toBe(false);
	expect(isUpload(`${APP}/_uploads`)).toBe(false);
});
