import { expect, test } from "vitest";
import {
	askVersion,
	versionIn,
} from "../../../src/registry/probe/registry-version.ts";
import { REGISTRY } from "./answers.ts";
import { clientOf, scriptedRegistry } from "./scripted-registry.ts";

const GITLAB = {
	...REGISTRY,
	"gitlab-container-registry-version": "4.32.0-gitlab",
	"gitlab-container-registry-features": "tag_delete, repository_tags",
};

const FOUND = {
	isRegistry: true,
	gitlabVersion: "4.32.0-gitlab",
	features: ["tag_delete", "repository_tags"],
};

test.each([
	[
		"Distribution",
		REGISTRY,
		{
			isRegistry: true,
			gitlabVersion: undefined,
			features: [],
			database: undefined,
		},
	],
	[
		"GitLab's before it had a database",
		GITLAB,
		{ ...FOUND, database: undefined },
	],
	[
		"GitLab's with a database",
		{ ...GITLAB, "gitlab-container-registry-database-enabled": "true" },
		{ ...FOUND, database: true },
	],
	[
		"GitLab's without",
		{ ...GITLAB, "gitlab-container-registry-database-enabled": "false" },
		{ ...FOUND, database: false },
	],
	[
		"a header that says neither",
		{ ...GITLAB, "gitlab-container-registry-database-enabled": "maybe" },
		{ ...FOUND, database: undefined },
	],
	[
		"something else",
		{ server: "nginx" },
		{
			isRegistry: false,
			gitlabVersion: undefined,
			features: [],
			database: undefined,
		},
	],
])("%s is known by its headers", (_name, headers, expected) => {
	expect(versionIn(headers)).toEqual(expected);
});

test("a registry is asked at its root", async () => {
	const { origin, requests } = await scriptedRegistry((_request, response) => {
		response.setHeader("gitlab-container-registry-database-enabled", "true");
	});
	expect(await askVersion(clientOf(origin))).toMatchObject({ database: true });
	expect(requests.map(({ url }) => url)).toEqual(["/v2/"]);
});
