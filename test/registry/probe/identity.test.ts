import { describe, expect, onTestFinished, test } from "vitest";
import {
	type IdentityObservations,
	judgeIdentity,
	type TagObservation,
} from "../../../src/registry/probe/identity.ts";
import { probeIdentity } from "../../../src/registry/probe/probe-identity.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { serve } from "../../store/http/http-server.ts";
import { clientOf, scriptedRegistry } from "./scripted-registry.ts";

const DIGEST = `sha256:${"ab".repeat(32)}`;
const at = { repository: "team/app", tag: "v1" };
const same: TagObservation = { ...at, found: "same" };
const different: TagObservation = {
	...at,
	found: "different",
	stored: DIGEST,
	served: `sha256:${"cb".repeat(32)}`,
};
const absent: TagObservation = { ...at, found: "absent" };
const extra: TagObservation = { ...at, found: "extra" };
const nothing: TagObservation = { ...at, found: "nothing" };
const refused: TagObservation = { ...at, found: "refused", because: "no" };

const given = (
	tags: readonly TagObservation[],
	others: Partial<IdentityObservations> = {},
): IdentityObservations => ({
	tags,
	database: undefined,
	storageIsEmpty: false,
	registryHasRepositories: undefined,
	...others,
});
const EMPTY = { storageIsEmpty: true };

describe("whether a registry serves a storage", () => {
	test.each<[string, IdentityObservations, string, RegExp]>([
		[
			"tags in a database",
			given([different], { database: true }),
			"unknown",
			/metadata are in a database/,
		],
		[
			"an empty storage, and a registry that has repositories",
			given([], { ...EMPTY, registryHasRepositories: true }),
			"another",
			/has repositories/,
		],
		[
			"both empty",
			given([], { ...EMPTY, registryHasRepositories: false }),
			"unknown",
			/no repository/,
		],
		[
			"an empty storage, and a registry that does not say",
			given([], EMPTY),
			"unknown",
			/no repository/,
		],
		[
			"a tag that differs",
			given([same, nothing, different, same]),
			"another",
			/its team\/app:v1 is sha256:cbcbcbcbcbcb…, and in the storage it is sha256:abababababab…$/,
		],
		[
			"a tag that the registry has not",
			given([same, absent]),
			"another",
			/has no team\/app:v1/,
		],
		[
			"a tag that the storage has not",
			given([extra, same]),
			"another",
			/has team\/app:v1, and the storage has not/,
		],
		[
			"tags that are the same",
			given([same, refused, nothing, same], { database: false }),
			"same",
			/^2 tags name/,
		],
		["one tag that is", given([same]), "same", /^a tag names/],
		[
			"tags that we may not see",
			given([nothing, refused]),
			"unknown",
			/does not let us look: no/,
		],
		[
			"tags that say nothing",
			given([nothing]),
			"unknown",
			/no tag to tell it by/,
		],
		["no tags", given([]), "unknown", /no tag to tell it by/],
	])("%s", (_name, observations, expected, because) => {
		const { identity, because: said } = judgeIdentity(observations);
		expect(identity).toBe(expected);
		expect(said).toMatch(because);
	});
});

test("what is no registry serves nothing that could be told", async () => {
	const page = await serve((_request, response) => {
		response.statusCode = 404;
		response.setHeader("content-type", "text/html");
		response.end("<h1>404</h1>");
	});
	onTestFinished(() => page[Symbol.asyncDispose]());
	expect(
		await probeIdentity(clientOf(page.origin), new MemoryStore()),
	).toMatchObject({
		identity: "unknown",
		because: "what answers is no registry",
	});
});

test("a registry whose metadata are in a database is not held against links, which are old", async () => {
	const { origin, requests } = await scriptedRegistry((_request, response) => {
		response.setHeader("gitlab-container-registry-database-enabled", "true");
	});
	expect(
		await probeIdentity(clientOf(origin), new MemoryStore()),
	).toMatchObject({ identity: "unknown" });
	expect(requests).toHaveLength(1);
});
