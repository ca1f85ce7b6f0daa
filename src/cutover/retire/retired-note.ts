import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { renameDurably, syncPath } from "../../state/rename-durably.ts";
import type { JournalRecord } from "../course/journal-record.ts";

/** Where it is noted, and what a rollback compares with. */
export interface RetiredPaths {
	readonly retired: string;
	readonly base: string;
}

/** Whether the source of this cutover was begun to be deleted. After an earlier one it may have come into use again. */
export function isRetirementBegun(
	{ retired }: Pick<RetiredPaths, "retired">,
	records: readonly JournalRecord[],
): boolean {
	return (
		existsSync(retired) &&
		readFileSync(retired, "utf8").trim() === retirementOf(records)
	);
}

/** From here on nothing leads back: what a rollback compares with goes, after it is noted why. Throws what Node throws. */
export function noteRetirement(
	paths: RetiredPaths,
	records: readonly JournalRecord[],
): void {
	const { retired, base } = paths;
	if (!isRetirementBegun(paths, records)) {
		writeFileSync(`${retired}.new`, `${retirementOf(records)}\n`, {
			mode: 0o600,
		});
		syncPath(`${retired}.new`);
		renameDurably(`${retired}.new`, retired);
	}
	if (existsSync(base)) renameDurably(base, `${base}.retired`);
}

function retirementOf(records: readonly JournalRecord[]): string | undefined {
	const [begun] = records;
	return begun?.type === "begun" ? `${begun.id} ${begun.source}` : undefined;
}
