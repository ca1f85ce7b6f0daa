import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { exclusionOf } from "../../src/layout/exclusion.ts";
import { formatKey } from "../../src/layout/paths.ts";
import { namesBelow } from "../../src/layout/places.ts";
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

function isNamed(key: string, prefix: string): boolean {
	const names = namesBelow(prefix);
	const rest = key.slice(prefix.length);
	return (
		names === undefined ||
		names.some((name) =>
			name.endsWith("/") ? rest.startsWith(name) : rest === name,
		)
	);
}

describe("namesBelow", () => {
	test("never hides anything of the drawing", () => {
		fc.assert(
			fc.property(REGISTRY_KEY, (parsed) => {
				const key = formatKey(parsed);
				for (const prefix of prefixesOf(key))
					expect(isNamed(key, prefix), prefix).toBe(true);
			}),
			{ numRuns: 1000 },
		);
	});

	test("hides from a scan only what is excluded", () => {
		fc.assert(
			fc.property(KEYS, (keys) => {
				for (const key of keys)
					for (const prefix of prefixesOf(key))
						if (!isNamed(key, prefix))
							expect(exclusionOf(key), key).toBeDefined();
			}),
			{ numRuns: 500 },
		);
	});

	test.for([
		[`${V2}/blobs/sha256/ab/${HEX}/`, ["data"]],
		[`${V2}/blobs/sha256/ab/`, undefined],
		[`${V2}/blobs/sha256/${HEX}/`, undefined],
		[`${V2}/blobs/sha256/ab/${HEX}/data/`, undefined],
		[`${APP}/_layers/sha256/${HEX}/`, ["link"]],
		[`${APP}/_layers/sha256/`, undefined],
		[`${APP}/_manifests/revisions/sha256/${HEX}/`, ["link", "signatures/"]],
		[
			`${APP}/_manifests/revisions/sha256/${HEX}/signatures/sha256/${HEX}/`,
			["link"],
		],
		[`${APP}/_manifests/tags/current/`, ["current/", "index/"]],
		[`${APP}/_manifests/tags/current/current/`, ["link"]],
		[`${APP}/_manifests/tags/v1/index/sha256/${HEX}/`, ["link"]],
		[`${APP}/_manifests/tags/v1/index/`, undefined],
		[`${APP}/_uploads/${HEX}/`, undefined],
		[`${V2}/repositories/_layers/sha256/${HEX}/`, undefined],
	] as const)("says of %s: %j", ([prefix, names]) => {
		expect(namesBelow(prefix)).toEqual(names);
	});
});
