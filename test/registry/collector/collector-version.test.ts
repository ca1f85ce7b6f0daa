import { expect, test } from "vitest";
import {
	type ChildrenVerdict,
	childrenVerdict,
	linksRead,
	parseVersion,
} from "../../../src/registry/collector/collector-version.ts";

const DOCKER = "registry github.com/docker/distribution";
const CNCF = "registry github.com/distribution/distribution/v3";
const GITLAB =
	"/opt/gitlab/embedded/bin/registry github.com/docker/distribution";

test.each<readonly [said: string, version: string, verdict: ChildrenVerdict]>([
	[DOCKER, "2.8.2+ds1", "removed"],
	[DOCKER, "2.8.3", "removed"],
	[CNCF, "3.0.0-alpha.1", "removed"],
	[CNCF, "3.0.0-beta.1", "kept"],
	[CNCF, "3.1.2", "kept"],
	[GITLAB, "2.9.1-gitlab", "removed"],
	[GITLAB, "3.5.0-gitlab", "removed"],
	[GITLAB, "3.5.1-gitlab", "kept"],
	[GITLAB, "4.15.2-gitlab", "kept"],
])("%s v%s: children of tagged indexes are %s", (said, version, verdict) => {
	const parsed = parseVersion(`${said} v${version}\n`);
	const isGitlab = version.endsWith("-gitlab");
	expect(parsed).toEqual({
		product: isGitlab ? "gitlab" : "distribution",
		version,
	});
	expect(childrenVerdict(parsed)).toBe(verdict);
});

test.each(["", "registry: not found", "nginx version: nginx/1.22.1"])(
	"what is no registry's version is unknown: %j",
	(said) => {
		expect(parseVersion(said)).toBeUndefined();
		expect(childrenVerdict(parseVersion(said))).toBe("unknown");
	},
);

test("links of layers are read by Distribution 3 alone", () => {
	const sections = ["revisions"];
	expect(linksRead({ product: "distribution", version: "3.1.2" })).toEqual([
		...sections,
		"layers",
	]);
	expect(linksRead({ product: "distribution", version: "2.8.3" })).toEqual(
		sections,
	);
	expect(linksRead({ product: "gitlab", version: "4.15.2-gitlab" })).toEqual(
		sections,
	);
});
