import { readdirSync, rmSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { BegunRecord } from "../../cutover/course/journal-record.ts";
import type { MigrationPaths } from "./migration-files.ts";

type Paths = Pick<MigrationPaths, "bases">;
type Cutover = Pick<BegunRecord, "id">;

/**
 * Where it is kept what was on both sides when a cutover took its registry over. Each has its own: where one comes to nothing,
 * there still is a way back by that of the one before it.
 */
export function baseOf({ bases }: Paths, { id }: Cutover): string {
	return `${bases}${id}`;
}

/** Removes those of others than this cutover, past which nothing leads back to theirs. Throws what Node throws. */
export function removeOtherBases({ bases }: Paths, { id }: Cutover): void {
	const folder = dirname(bases);
	const isOther = (name: string) =>
		name.startsWith(basename(bases)) &&
		!name.startsWith(`${basename(bases)}${id}`);
	for (const name of readdirSync(folder).filter(isOther))
		rmSync(join(folder, name), { force: true });
}
