import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import {
	baseOf,
	removeOtherBases,
} from "../../../src/cli/cutover/base-files.ts";
import { pathsBeside } from "../../../src/cli/cutover/migration-files.ts";
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
