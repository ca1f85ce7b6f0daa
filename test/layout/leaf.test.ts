import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exclusionOf } from "../../src/layout/exclusion.ts";
import { leafName } from "../../src/layout/leaf.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { KEYS, REGISTRY_KEY } from "./arbitraries.ts";

const HEX = `ab${"01".repeat(31)}`;
const V2 = "docker/registry/v2";
const APP = `${V2}/repositories/acme/app`;

function prefixesOf(key: string): readonly string[] {
	const components = key.split("/").slice(0, -1);
	return components.map(
		(_, index) => `${components.slice(0, index + 1).join("/")}/`,
	);
}

describe("leafName", () => {
	test("names the object of every blob, layer and tag, and never hides another of the drawing", () => {
		fc.assert(
			fc.property(REGISTRY_KEY, (parsed) => {
				const key = formatKey(parsed);
				const leaves = prefixesOf(key).filter(
					(prefix) => leafName(prefix) !== undefined,
				);
				const isLeaf = !["lock", "revision", "signature"].includes(parsed.kind);
				expect(leaves.map((prefix) => prefix + leafName(prefix))).toEqual(
					isLeaf ? [key] : [],
				);
			}),
			{ numRuns: 1000 },
		);
	});

	test("hides from a scan only what is excluded", () => {
		fc.assert(
			fc.property(KEYS, (keys) => {
				for (const key of keys) {
					for (const prefix of prefixesOf(key)) {
						const name = leafName(prefix);
						if (name === undefined || key === prefix + name) continue;
						expect(exclusionOf(key), key).toBeDefined();
					}
				}
			}),
			{ numRuns: 500 },
		);
	});

	test.for([
		[`${V2}/blobs/sha256/ab/${HEX}/`, "data"],
		[`${V2}/blobs/sha256/ab/`, undefined],
		[`${V2}/blobs/sha256/${HEX}/`, undefined],
		[`${V2}/blobs/sha256/ab/${HEX}/data/`, undefined],
		[`${APP}/_layers/sha256/${HEX}/`, "link"],
		[`${APP}/_layers/sha256/`, undefined],
		[`${APP}/_manifests/revisions/sha256/${HEX}/`, undefined],
		[`${APP}/_manifests/tags/current/`, undefined],
		[`${APP}/_manifests/tags/current/current/`, "link"],
		[`${APP}/_manifests/tags/v1/index/sha256/${HEX}/`, "link"],
		[`${APP}/_manifests/tags/v1/index/`, undefined],
		[`${APP}/_uploads/${HEX}/`, undefined],
		[`${V2}/repositories/_layers/sha256/${HEX}/`, undefined],
	] as const)("says of %s: %s", ([prefix, name]) => {
		expect(leafName(prefix)).toBe(name);
	});
});
