import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { sampleRepository } from "../../scripts/sample-registry/names.ts";
import { retag } from "../../scripts/sample-registry/retag.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";

const repository = sampleRepository(0);

describe("retag", () => {
	let root = "";
	let current = "";
	beforeEach(() => {
		root = mkdtempSync(join(tmpdir(), "regmigrate-retag-"));
		writeSampleRegistry(root, { repositories: 1, tagsPerRepository: 3 });
		current = join(
			root,
			formatKey({ kind: "current", repository, tag: "latest" }),
		);
	});
	afterEach(() => rmSync(root, { recursive: true }));

	it("makes a tag name what another names, in place", () => {
		const old = statSync(current);
		const { before, after } = retag(root, repository, "latest", "v1");
		expect(before).not.toEqual(after);
		expect(readFileSync(current, "utf8")).toBe(formatDigest(after));
		expect(statSync(current).ino).toBe(old.ino);
		expect(statSync(current).mtimeMs).toBeGreaterThan(old.mtimeMs);
	});

	it("writes the index link of what the tag names now", () => {
		const { after } = retag(root, repository, "v1", "v2");
		const key = formatKey({
			kind: "index",
			repository,
			tag: "v1",
			digest: after,
		});
		expect(readFileSync(join(root, key), "utf8")).toBe(formatDigest(after));
	});

	it("can put the old time stamp back, to the nanosecond", () => {
		const old = statSync(current, { bigint: true });
		retag(root, repository, "latest", "v1", { keepTimeStamps: true });
		const { mtimeNs, size } = statSync(current, { bigint: true });
		expect({ mtimeNs, size }).toEqual({
			mtimeNs: old.mtimeNs,
			size: old.size,
		});
	});
});
