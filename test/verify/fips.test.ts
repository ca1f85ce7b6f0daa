import { afterEach, expect, test, vi } from "vitest";
import { policy } from "../support/fips-policy.ts";
import { withoutMd5 } from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put } from "./registry.ts";

vi.mock("node:crypto", async (original) =>
	(await import("../support/fips-policy.ts")).underPolicy(await original()),
);

afterEach(() => {
	policy.isFips = false;
});

test("where the machine's policy (FIPS) forbids MD5, contents are compared instead of checksums", async () => {
	const { source, target, currentLink, other } = await equalSides();
	policy.isFips = true;
	expect((await check(withoutMd5(source), target)).isEqual).toBe(true);
	policy.isFips = false;
	await put(target, currentLink, `sha256:${"0".repeat(64)}`);
	await put(target, other, "n0tes");
	policy.isFips = true;
	const result = await check(withoutMd5(source), target);
	const found = findingsOf(result).map(({ kind, key }) => `${kind} ${key}`);
	expect(found.sort()).toEqual([
		`different ${currentLink}`,
		`different ${other}`,
	]);
});
