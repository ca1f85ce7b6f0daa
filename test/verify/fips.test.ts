import type * as crypto from "node:crypto";
import { afterEach, expect, test, vi } from "vitest";
import { withoutMd5 } from "./altered-stores.ts";
import { check, findingsOf } from "./check.ts";
import { equalSides, put } from "./registry.ts";

/** Whether the machine's policy forbids MD5. */
const policy = vi.hoisted(() => ({ isFips: false }));

vi.mock("node:crypto", async (original) => {
	const real = await original<typeof crypto>();
	const refuse = (algorithm: string) => {
		if (policy.isFips && algorithm === "md5")
			throw new Error("error:0308010C:digital envelope routines::unsupported");
	};
	return {
		...real,
		getFips: () => (policy.isFips ? 1 : 0),
		hash: (...args: Parameters<typeof real.hash>) => {
			refuse(args[0]);
			return real.hash(...args);
		},
		createHash: (...args: Parameters<typeof real.createHash>) => {
			refuse(args[0]);
			return real.createHash(...args);
		},
	};
});

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
