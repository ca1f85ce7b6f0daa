import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pathsBeside } from "../../../src/cli/cutover/migration-files.ts";
import { afterCutover } from "../../../src/cli/sync/after-cutover.ts";
import type {
	BegunRecord,
	JournalRecord,
} from "../../../src/cutover/course/journal-record.ts";
import { rollbackId } from "../../../src/cutover/rollback/decide-rollback.ts";
import { MemoryStore } from "../../../src/store/memory.ts";
import { SyncRefusal } from "../../../src/sync/refusal.ts";
import { journalText } from "../cutover/described-registry.ts";
import { temporaryFolder } from "../folders.ts";

const at = "2026-01-31T00:00:00.000Z";
const target = new MemoryStore();
const DONE: JournalRecord = { type: "ended", outcome: "done", at };
const HINTS = new SyncRefusal("unmarked-registry", "no", [
	"--target-not-empty",
]);

/** What a pass is refused by where this is noted of a cutover to the target, or to another. */
function refusedBy(
	error: unknown,
	ended: readonly JournalRecord[],
	{
		to = target.identity,
		back,
	}: {
		readonly to?: string;
		/** What is noted of its rollback. */
		readonly back?: readonly JournalRecord[];
	} = {},
): unknown {
	const state = temporaryFolder();
	const { cutover, rollback } = pathsBeside(
		join(state, "registry-0123456789abcdef.db"),
	);
	const begun: BegunRecord = {
		...{ type: "begun", id: "one", operator: "me@here", at },
		...{ source: "file:///old/", target: to },
	};
	writeFileSync(cutover, journalText([begun, ...ended]));
	if (back !== undefined)
		writeFileSync(
			rollback,
			journalText([{ ...begun, id: rollbackId(begun) }, ...back]),
		);
	return afterCutover(error, state, target);
}

test("a pass to what a registry was cut over to is told of rollback, and not how it could overwrite that", () => {
	const refusal = refusedBy(HINTS, [DONE]);
	if (!(refusal instanceof SyncRefusal)) throw refusal;
	expect(refusal.code).toBe("unmarked-registry");
	expect(refusal.message).toContain(`in use there`);
	expect(refusal.suggestions.join()).toContain("regmigrate rollback");
	expect(refusal.suggestions.join()).not.toContain("--target-not-empty");
});

test("so it is where the cutover was left half-way, or its rollback came to nothing or goes on", () => {
	const apply: JournalRecord = { type: "apply", step: "read-write", at };
	const undone: JournalRecord = { ...DONE, outcome: "undone" };
	for (const refusal of [
		refusedBy(HINTS, [apply]),
		refusedBy(HINTS, [DONE], { back: [undone] }),
		refusedBy(HINTS, [DONE], { back: [] }),
	])
		expect(refusal).not.toBe(HINTS);
});

test("nobody uses a target from which the registry was brought back", () => {
	expect(refusedBy(HINTS, [DONE], { back: [DONE] })).toBe(HINTS);
});

test("any other refusal is as it was, and where nothing can be known of a cutover", () => {
	expect(refusedBy(HINTS, [])).toBe(HINTS);
	expect(refusedBy(HINTS, [{ ...DONE, outcome: "undone" }])).toBe(HINTS);
	expect(refusedBy(HINTS, [DONE], { to: "s3://other/" })).toBe(HINTS);
	const other = new SyncRefusal("no-registry", "no");
	expect(refusedBy(other, [DONE])).toBe(other);
	expect(afterCutover(HINTS, "/dev/null", target)).toBe(HINTS);
});
