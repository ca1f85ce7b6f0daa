import { expect, test } from "vitest";
import { parseManifest } from "../../../src/registry/helm/manifest.ts";
import { renderedDifference } from "../../../src/registry/helm/rendered-difference.ts";

const ONE = ["ConfigMap one"];
const NOTHING = { foreign: [], pending: [], random: [] };
const REGISTRY = "gitlab/charts/registry/templates/configmap.yaml";
const WEBSERVICE = "gitlab/charts/webservice/templates/configmap.yaml";

test.each([
	["nothing", WEBSERVICE, ["a", "a", "a", "a"], NOTHING],
	["what we want", REGISTRY, ["a", "a", "a", "b"], NOTHING],
	["what we want: a new object", REGISTRY, ["", "", "", "b"], NOTHING],
	["foreign", WEBSERVICE, ["a", "a", "a", "b"], { ...NOTHING, foreign: ONE }],
	[
		"foreign: gone",
		WEBSERVICE,
		["a", "a", "a", ""],
		{ ...NOTHING, foreign: ONE },
	],
	["pending", WEBSERVICE, ["a", "b", "b", "b"], { ...NOTHING, pending: ONE }],
	[
		"pending in the registry",
		REGISTRY,
		["a", "b", "b", "c"],
		{ ...NOTHING, pending: ONE },
	],
	[
		"pending: not there yet",
		WEBSERVICE,
		["", "b", "b", "b"],
		{ ...NOTHING, pending: ONE },
	],
	["random", WEBSERVICE, ["a", "b", "c", "d"], { ...NOTHING, random: ONE }],
	[
		"random in the registry",
		REGISTRY,
		["a", "b", "c", "d"],
		{ ...NOTHING, random: ONE },
	],
] as const)("is %s", (_, source, contents, expected) => {
	const [installed, unchanged, again, changed] = contents.map((content) =>
		parseManifest(content === "" ? "" : document(source, content)),
	);
	const none = parseManifest("");
	expect(
		renderedDifference(
			{
				installed: installed ?? none,
				unchanged: unchanged ?? none,
				again: again ?? none,
				changed: changed ?? none,
			},
			["registry"],
		),
	).toEqual(expected);
});

test("takes all that the registry's own chart renders for the registry's, and nothing of a chart with a longer name", () => {
	const difference = (source: string, prefix: readonly string[]) => {
		const before = parseManifest(document(source, "a"));
		const changed = parseManifest(document(source, "b"));
		const renderings = { installed: before, unchanged: before, again: before };
		return renderedDifference({ ...renderings, changed }, prefix).foreign;
	};
	expect(difference("registry/templates/configmap.yaml", [])).toEqual([]);
	expect(difference("gitlab/templates/configmap.yaml", ["registry"])).toEqual(
		ONE,
	);
	expect(
		difference("gitlab/charts/registry-cache/templates/configmap.yaml", [
			"registry",
		]),
	).toEqual(ONE);
	expect(
		difference("all/charts/gitlab/charts/registry/templates/a.yaml", [
			"gitlab",
			"registry",
		]),
	).toEqual([]);
});

function document(source: string, value: string): string {
	return `---
# Source: ${source}
apiVersion: v1
kind: ConfigMap
metadata:
  name: one
data:
  value: ${value}
`;
}
