import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import {
	noteDoubt,
	takeDoubt,
} from "../../../src/cutover/before/doubt-file.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";

const KEYS = ["docker/registry/v2/repositories/a/link", "docker/é\n"];

function noted() {
	const path = join(temporaryFolder(), "doubt");
	noteDoubt(path, { id: "one", keys: new Set(KEYS) });
	return path;
}

test("what is in doubt is known to whichever process makes the last pass, and to no other after it", () => {
	const path = noted();
	expect(takeDoubt(path, "one")).toEqual(KEYS);
	expect(takeDoubt(path, "one")).toBeUndefined();
});

test("that nothing is in doubt is known, too", () => {
	const path = noted();
	noteDoubt(path, { id: "one", keys: [] });
	expect(takeDoubt(path, "one")).toEqual([]);
});

test.each([
	["a day", 24 * 60 * 60_000, KEYS],
	["more than a day", 24 * 60 * 60_000 + 1, undefined],
	["less than nothing", -1, undefined],
])("one that is old by %s is gone by: %#", (_, age, keys) => {
	vi.useFakeTimers({ now: 0 });
	onTestFinished(() => void vi.useRealTimers());
	const path = noted();
	vi.setSystemTime(age);
	expect(takeDoubt(path, "one")).toEqual(keys);
});

test("another cutover's is none", () => {
	expect(takeDoubt(noted(), "two")).toBeUndefined();
});

test.each<[string, (bytes: Buffer) => Buffer]>([
	["cut off", (bytes) => bytes.subarray(0, -1)],
	["empty", () => Buffer.of()],
	[
		"with another key in it",
		(bytes) => Buffer.from(bytes.toString().replace("/a/", "/b/")),
	],
])("one that is damaged, %s, is none", (_, damage) => {
	const path = noted();
	writeFileSync(path, damage(readFileSync(path)));
	expect(takeDoubt(path, "one")).toBeUndefined();
});

test("what cannot be noted refuses a cutover, before anything is changed", () => {
	const path = join(temporaryFolder(), "missing/doubt");
	expect(() => noteDoubt(path, { id: "one", keys: KEYS })).toThrow(
		expect.objectContaining({
			code: "refused",
			message: expect.stringContaining(`cannot be noted in ${path}: ENOENT`),
		}),
	);
});
