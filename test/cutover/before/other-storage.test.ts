import { expect, test } from "vitest";
import { otherStorage } from "../../../src/cutover/before/other-storage.ts";

test.each([
	["file:///srv/registry", "filesystem", undefined],
	["file:///srv/registry", "s3", "s3"],
	["s3://bucket", "filesystem", "filesystem"],
	["s3://bucket", "s3_v2", undefined],
])("of a node on %s with driver %s", (source, driver, expected) => {
	expect(otherStorage(driver, source)).toBe(expected);
});
