import { CutoverError } from "../../cutover/cutover-error.ts";
import {
	type SeenRecord,
	seeRecord,
} from "../../registry/read-only/record-file.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { MigrationPaths } from "../cutover/migration-files.ts";
import {
	type UnfinishedMigration,
	unfinishedBy,
} from "../cutover/unfinished-migration.ts";

/** What is noted of a registry, as far as it can be read: for who only looks. */
export interface SeenNotes extends SeenRecord {
	/** `undefined`: nothing, as far as it can be read. */
	readonly unfinished: UnfinishedMigration | undefined;
	/** What cannot be read, each with what to do about it. */
	readonly problems: readonly (RegistryError | CutoverError)[];
}

/** Looks at all of it; what cannot be read keeps nobody from the rest. Changes nothing. */
export function seeNotes(paths: MigrationPaths): SeenNotes {
	const problems: (RegistryError | CutoverError)[] = [];
	const reading = <T>(read: () => T): T | undefined => {
		try {
			return read();
		} catch (error) {
			if (!(error instanceof RegistryError || error instanceof CutoverError))
				throw error;
			problems.push(error);
			return undefined;
		}
	};
	const seen = reading(() => seeRecord(paths.record));
	const rollback = reading(() => unfinishedBy("rollback", paths));
	const cutover = reading(() => unfinishedBy("cutover", paths));
	return {
		...{ record: seen?.record, owner: seen?.owner },
		unfinished: rollback ?? cutover,
		problems,
	};
}
