import type { Journal } from "../../cutover/course/journal.ts";
import type { DatabaseRecord } from "../../cutover/course/journal-record.ts";
import type { DatabaseNotes } from "../../cutover/world.ts";
import { confirmed, isAnybodyThere } from "../confirmation.ts";

/** What whoever is asked for a backup is told. */
const TEXT =
	"The metadata of this registry are in a database: all names of images and tags, which no storage holds. They stay there and are not copied. If the database is lost or damaged on the way, no image is found any more, whatever is in the storage. A backup of it, made now or just before, is the only way back then (gitlab-backup, or pg_dump of the registry's database).";

/** What is known of a metadata database, in the journal; a backup is acknowledged by a flag, or at the terminal. */
export function databaseNotes(
	journal: Journal,
	wishes: {
		readonly "database-backup-made": boolean;
		readonly "dry-run": boolean;
		readonly yes: boolean;
	},
	operator: string,
): DatabaseNotes {
	return {
		read: () =>
			journal.records.find(
				(record): record is DatabaseRecord => record.type === "database",
			),
		write: (found) =>
			journal.append({
				type: "database",
				...found,
				acknowledgedBy: operator,
				at: new Date().toISOString(),
			}),
		async acknowledge(signal) {
			// A dry run touches nothing that a backup would be needed for.
			if (wishes["database-backup-made"] || wishes["dry-run"]) return "flag";
			if (wishes.yes || !isAnybodyThere()) return undefined;
			const never = new AbortController().signal;
			const question = "Has a backup of the database been made?";
			return (await confirmed(TEXT, question, signal ?? never))
				? "answer"
				: undefined;
		},
	};
}
