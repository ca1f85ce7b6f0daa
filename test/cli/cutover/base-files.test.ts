import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	baseOf,
	removeOtherBases,
} from "../../../src/cli/cutover/base-files.ts";
import { pathsBeside } from "../../../src/cli/cutover/migration-files.ts";
import { openBase } from "../../../src/cli/cutover/rollback-base.ts";
import { temporaryFolder } from "../folders.ts";

test("each cutover of a registry has a base of its own, until a later one is done", () => {
	const folder = temporaryFolder();
	const paths = pathsBeside(join(folder, "registry-0123.db"));
	const other = pathsBeside(join(folder, "registry-4567.db"));
	const [first, second] = [{ id: "one" }, { id: "two" }];
	expect(baseOf(paths, second)).not.toBe(baseOf(paths, first));
	const own = [
		baseOf(paths, second),
		`${baseOf(paths, second)}-wal`,
		baseOf(other, first),
		paths.cutover,
	];
	const removed = [baseOf(paths, first), `${baseOf(paths, first)}.retired`];
	for (const path of [...own, ...removed]) writeFileSync(path, "");
	removeOtherBases(paths, second);
	expect(
		readdirSync(folder)
			.map((name) => join(folder, name))
			.sort(),
	).toEqual([...own].sort());
});

test("a base that cannot be opened where it lies is not given up for lost", () => {
	const path = join(temporaryFolder(), "base");
	mkdirSync(path);
	expect(() => openBase(path, { id: "one" }, false)).toThrow(
		expect.objectContaining({
			code: "refused",
			suggestions: [
				expect.stringMatching(/^Let whoever runs this write in the state/),
			],
		}),
	);
	rmSync(path, { recursive: true });
	writeFileSync(path, "no database at all".repeat(99));
	expect(() => openBase(path, { id: "one" }, false)).toThrow(
		expect.objectContaining({
			suggestions: [expect.stringContaining("copy back with sync by hand")],
		}),
	);
});
