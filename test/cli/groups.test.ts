import { describe, expect, test } from "vitest";
import { Groups, type Occurrence } from "../../src/cli/groups.ts";

const V2 = "docker/registry/v2";
const DENIED: Occurrence = {
	code: "permission-denied",
	cause: "permission denied",
	suggestions: ["Run it as root."],
};

function because(cause: string): Occurrence {
	return { code: "unknown", cause, suggestions: [] };
}

describe("Groups", () => {
	test("counts by cause and namespace, the largest group first", () => {
		const groups = new Groups();
		groups.add(because("lost"), `${V2}/repositories/acme/app/_layers/x`);
		groups.add(DENIED, `${V2}/repositories/acme/app/_layers/a/link`);
		groups.add(DENIED, `${V2}/repositories/acme/web/_manifests/b/link`);
		groups.add(DENIED, `${V2}/repositories/solo/_layers/c/link`);
		groups.add(DENIED, `${V2}/blobs/sha256/ab/abc/data`);
		const group = { ...DENIED, count: 1 };
		expect(groups.list()).toEqual([
			{
				...DENIED,
				prefix: `${V2}/repositories/acme/`,
				count: 2,
				example: `${V2}/repositories/acme/app/_layers/a/link`,
			},
			{
				...because("lost"),
				prefix: `${V2}/repositories/acme/`,
				count: 1,
				example: `${V2}/repositories/acme/app/_layers/x`,
			},
			{
				...group,
				prefix: `${V2}/repositories/solo/`,
				example: `${V2}/repositories/solo/_layers/c/link`,
			},
			{
				...group,
				prefix: `${V2}/blobs/`,
				example: `${V2}/blobs/sha256/ab/abc/data`,
			},
		]);
	});

	test.for([
		[`${V2}/repositories/acme/`, `${V2}/repositories/acme/`],
		[`${V2}/repositories/`, `${V2}/repositories/`],
		[`${V2}/blobs/`, `${V2}/blobs/`],
		[`${V2}/other/file`, `${V2}/other/`],
		["docker/registry/lockfiles/x", "docker/registry/lockfiles/"],
		["notes.txt", ""],
	] as const)("puts %j under %j", ([key, prefix]) => {
		const groups = new Groups();
		groups.add(DENIED, key);
		expect(groups.list()).toMatchObject([{ prefix, example: key }]);
	});

	test("stays small, and counts exactly, however many namespaces there are (I8)", () => {
		const groups = new Groups();
		for (let index = 0; index < 1000; index++)
			groups.add(DENIED, `${V2}/repositories/team-${index}/app/x`);
		const list = groups.list();
		expect(list).toHaveLength(101);
		expect(list[0]).toMatchObject({ ...DENIED, prefix: "", count: 900 });
	});

	test("stays small, and counts exactly, however many causes there are (I8)", () => {
		const groups = new Groups();
		for (let index = 0; index < 1000; index++)
			groups.add(because(`request ${index} failed`), `${V2}/blobs/x`);
		const list = groups.list();
		expect(list.length).toBeLessThanOrEqual(201);
		expect(list.reduce((sum, { count }) => sum + count, 0)).toBe(1000);
		expect(list[0]).toMatchObject({ code: "other", cause: "other causes" });
	});
});
