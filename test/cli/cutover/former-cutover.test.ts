import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { bringBackFormer } from "../../../src/cli/cutover/former-cutover.ts";
import {
	holdRegistry,
	pathsBeside,
} from "../../../src/cli/cutover/migration-files.ts";
import { isSeen, seeCourse } from "../../../src/cli/cutover/seen-courses.ts";
import { statusText } from "../../../src/cli/cutover/status.ts";
import {
	JournalFile,
	seeJournal,
} from "../../../src/cutover/course/journal-file.ts";
import type {
	BegunRecord,
	JournalRecord,
} from "../../../src/cutover/course/journal-record.ts";
import { STEPS } from "../../../src/cutover/steps.ts";
import { temporaryFolder } from "../folders.ts";
import { journalText } from "./described-registry.ts";

const at = "2026-01-31T00:00:00.000Z";
const later = "2026-02-28T00:00:00.000Z";
const FIRST: BegunRecord = {
	...{ type: "begun", id: "first", operator: "me@here", at },
	...{ source: "file:///old/", target: "s3://new/" },
};
const SECOND: BegunRecord = {
	...{ type: "begun", id: "second", operator: "me@here", at: later },
	...{ source: "s3://new/", target: "s3://third/" },
};
const DONE: readonly JournalRecord[] = [
	FIRST,
	...STEPS.map(({ name: step }): JournalRecord => ({ type: "done", step, at })),
	{ type: "ended", outcome: "done", at },
];
const UNDONE: JournalRecord = { type: "ended", outcome: "undone", at: later };
const REFUSED: readonly JournalRecord[] = [
	SECOND,
	{ type: "apply", step: "preflight", at: later },
	{ type: "turn-back", reason: "the target is not empty", at: later },
	UNDONE,
];

/** A state directory in which these courses are noted. */
function noted(courses: {
	readonly cutover: readonly JournalRecord[];
	readonly rollback?: readonly JournalRecord[];
}) {
	const paths = pathsBeside(
		join(temporaryFolder(), "registry-0123456789abcdef.db"),
	);
	for (const [name, records] of Object.entries(courses))
		writeFileSync(
			paths[name === "cutover" ? "cutover" : "rollback"],
			journalText(records),
		);
	writeFileSync(
		paths.events,
		`${JSON.stringify({ type: "told", at, id: "first", text: "it went well" })}\n`,
	);
	return paths;
}

/** Begins another cutover, as far as these records, and lets it go. */
function begin(
	paths: ReturnType<typeof noted>,
	records: readonly JournalRecord[],
): void {
	using held = holdRegistry(paths, paths.cutover, false);
	for (const record of records) held.journal.append(record);
}

function idAt(path: string): string | undefined {
	const [begun] = seeJournal(path) ?? [];
	return begun?.type === "begun" ? begun.id : undefined;
}

test.each<[string, readonly JournalRecord[]]>([
	["is refused", REFUSED],
	["is undone", [SECOND, { type: "apply", step: "read-only", at }, UNDONE]],
	["begins nothing", [SECOND]],
	["cannot even be noted", []],
])("a cutover that %s gives way to the one before it", (_, records) => {
	const paths = noted({ cutover: DONE });
	begin(paths, records);
	expect(idAt(paths.cutover)).toBe("first");
	expect(readFileSync(paths.events, "utf8")).toContain("it went well");
	const aside = readdirSync(join(paths.cutover, "..")).filter((name) =>
		name.includes(".cutover.2"),
	);
	expect(aside.map((name) => idAt(join(paths.cutover, "..", name)))).toEqual(
		records.length === 0 ? [] : ["second"],
	);
	bringBackFormer(paths);
	expect(idAt(paths.cutover)).toBe("first");
});

test("so does each of several that come to nothing, one after the other", () => {
	const paths = noted({ cutover: DONE });
	begin(paths, REFUSED);
	const at = "2026-03-01T00:00:00.000Z";
	begin(paths, [
		{ ...SECOND, id: "third", at },
		{ type: "ended", outcome: "undone", at },
	]);
	expect(idAt(paths.cutover)).toBe("first");
	begin(paths, [{ ...SECOND, id: "fourth", at }]);
	expect(idAt(paths.cutover)).toBe("first");
	expect(readFileSync(paths.events, "utf8")).toContain("it went well");
});

test.each<[string, readonly JournalRecord[]]>([
	["has not ended", [SECOND, { type: "apply", step: "catch up", at }]],
	["is done", [SECOND, { type: "ended", outcome: "done", at: later }]],
])("one that %s does not", (_, records) => {
	const paths = noted({ cutover: DONE });
	begin(paths, records);
	expect(idAt(paths.cutover)).toBe("second");
});

test("nor does one after a cutover that was rolled back, or that came to nothing itself", () => {
	const rollback: readonly JournalRecord[] = [
		{ ...FIRST, id: "first-back" },
		{ type: "ended", outcome: "done", at },
	];
	const back = noted({ cutover: DONE, rollback });
	begin(back, REFUSED);
	expect(idAt(back.cutover)).toBe("second");
	const undone = noted({ cutover: [FIRST, { ...UNDONE, at }] });
	begin(undone, REFUSED);
	expect(idAt(undone.cutover)).toBe("second");
});

test("where a process was killed before that, the next one does it", () => {
	const paths = noted({ cutover: DONE });
	{
		using journal = new JournalFile(paths.cutover);
		for (const record of REFUSED) journal.append(record);
	}
	expect(idAt(paths.cutover)).toBe("second");
	expect(() =>
		holdRegistry(paths, paths.rollback, false, () => {
			expect(idAt(paths.cutover)).toBe("first");
			throw new Error("looked at");
		}),
	).toThrow("looked at");
	expect(existsSync(paths.rollback)).toBe(false);
});

test("status shows the cutover that stands, and what was tried since as a note", () => {
	const paths = noted({ cutover: DONE });
	begin(paths, REFUSED);
	const text = () => {
		const seen = seeCourse(paths);
		return statusText(seen === undefined ? [] : [seen], "/", Date.now())
			.join("\n")
			.replaceAll("\n", " ");
	};
	expect(text()).toMatch(/^Cutover of a registry: done, 2026-01-31 00:00:00 /);
	expect(text()).toContain(
		"A cutover was begun since, at 2026-02-28 00:00:00 by me@here, and was refused, with nothing changed: the target is not empty.",
	);
	writeFileSync(
		paths.rollback,
		journalText([
			{ ...FIRST, id: "first-back", at: later },
			{ type: "turn-back", reason: "the source has changed", at: later },
			UNDONE,
		]),
	);
	expect(text()).toMatch(/^Cutover of a registry: done, /);
	expect(text()).toContain("A rollback was begun since");
	expect(text()).toContain("nothing changed: the source has changed.");
	const seen = seeCourse(paths);
	expect(seen && isSeen(seen) && seen.isRetired).toBe(false);
	writeFileSync(paths.retired, "first file:///old/\n");
	const after = seeCourse(paths);
	expect(after && isSeen(after) && after.isRetired).toBe(true);
});
