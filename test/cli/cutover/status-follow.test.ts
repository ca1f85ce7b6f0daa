import { renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, test } from "vitest";
import { pathsBeside } from "../../../src/cli/cutover/migration-files.ts";
import { isSeen, seeCourse } from "../../../src/cli/cutover/seen-courses.ts";
import { theOne } from "../../../src/cli/cutover/status.ts";
import { exitCodeAt, follow } from "../../../src/cli/cutover/status-follow.ts";
import { courseLines } from "../../../src/cli/cutover/status-lines.ts";
import { printed } from "../../../src/cli/wrapped.ts";
import {
	JournalFile,
	placeAside,
} from "../../../src/cutover/course/journal-file.ts";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { EventFile } from "../../../src/cutover/told/event-file.ts";
import { openRecordFile } from "../../../src/registry/read-only/record-file.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";
import { journalText } from "./described-registry.ts";

const at = "2026-01-31T00:00:00.000Z";
const BEGUN: JournalRecord = {
	type: "begun",
	id: "one",
	operator: "me@here",
	source: "file:///srv/registry/",
	target: "s3://bucket/",
	at,
};
const BACK: readonly JournalRecord[] = [
	{ type: "apply", step: "read-only", at },
	{ type: "turn-back", reason: "a node did not restart", at },
	{ type: "undo", step: "read-only", at },
	{ type: "undone", step: "read-only", at },
	{ type: "ended", outcome: "undone", at },
];

/** Who was at it, and how. */
const RUN = {
	type: "run",
	course: "cutover",
	operator: "me@here",
	version: "1",
	process: "process 1 on here",
	directory: "/root/a b",
	words: [
		["source", "/srv/registry"],
		["target", "s3://bucket"],
		["restart", "systemctl restart registry"],
		["accept-damage", true],
	],
	source: "file:///srv/registry",
	target: "s3://bucket",
	kind: "distribution",
	nodes: [],
};

let paths: ReturnType<typeof pathsBeside>;
beforeEach(() => {
	paths = pathsBeside(join(temporaryFolder(), `registry-${"0".repeat(16)}.db`));
});

function seen() {
	const course = seeCourse(paths);
	if (course === undefined || !isSeen(course)) throw new Error("It is there");
	return course;
}

/** A process that is at it, as far as others see. */
function begun() {
	const stack = new DisposableStack();
	stack.use(openRecordFile(paths.record));
	const journal = stack.use(new JournalFile(paths.cutover));
	const events = stack.use(
		new EventFile(paths.events, { id: "one", isFirst: true, note: () => {} }),
	);
	journal.append(BEGUN);
	return { journal, events, [Symbol.dispose]: () => stack.dispose() };
}

const never = new AbortController().signal;

describe("follow", () => {
	test("tells what comes, until it has ended, though the journal is put aside meanwhile", async () => {
		const process = begun();
		process.events.append({ type: "opened", node: "a" }, "a: takes writes");
		const told: (string | undefined)[] = [];
		const end = follow(
			seen(),
			({ text }) => {
				told.push(text);
				// While it is looked on.
				if (told.length > 1) return;
				process.events.append({ type: "opened", node: "b" }, "b: takes writes");
				for (const record of BACK) process.journal.append(record);
				process.events.append({ type: "stopped", code: "rolled-back" });
				process[Symbol.dispose]();
				renameSync(paths.cutover, placeAside(paths.cutover, at));
			},
			never,
		);
		expect(exitCodeAt(await end)).toBe(5);
		expect(told).toEqual(["a: takes writes", "b: takes writes", undefined]);
	});

	test.each([
		["needs-operator", 6],
		["failed", 3],
		[undefined, 3],
	])(
		"of one that has stopped (%s) and that nobody is at: %i",
		async (code, exit) => {
			const process = begun();
			process.journal.append({ type: "apply", step: "read-only", at });
			if (code !== undefined) process.events.append({ type: "stopped", code });
			process[Symbol.dispose]();
			expect(exitCodeAt(await follow(seen(), () => {}, never))).toBe(exit);
		},
	);

	test("goes on until it is cancelled while somebody is at it", async () => {
		using _ = begun();
		const end = follow(seen(), () => {}, AbortSignal.timeout(20));
		await expect(end).rejects.toThrow("timeout");
	});
});

test("of a way back that came to nothing nothing is told where it is begun again, by the same name", async () => {
	const later = "2026-02-01T00:00:00.000Z";
	const ended: JournalRecord = { type: "ended", outcome: "done", at: later };
	writeFileSync(
		paths.rollback,
		journalText([{ ...BEGUN, id: "one-back", at: later }, ended]),
	);
	const notes = [
		{ at, id: "one-back", type: "note", text: "fenced again" },
		{ at: later, id: "one-back", type: "note", text: "unfenced" },
	];
	writeFileSync(
		paths.events,
		notes.map((note) => `${JSON.stringify(note)}\n`).join(""),
	);
	const told: (string | undefined)[] = [];
	await follow(seen(), ({ text }) => told.push(text), never);
	expect(told).toEqual(["unfenced"]);
	expect(seen().events.map(({ text }) => text)).toEqual(told);
});

describe("status", () => {
	const text = (now: number) =>
		courseLines(seen(), now)
			.map((line) => printed(line, undefined))
			.join("\n");

	const began: JournalRecord = { type: "apply", step: "read-only", at };
	const back: JournalRecord = { type: "turn-back", reason: "why", at };
	const ended = (outcome: "done" | "undone"): JournalRecord => ({
		...{ type: "ended", outcome, at },
	});
	test.each<[string, readonly JournalRecord[], string, number | undefined]>([
		["nobody", [began, ended("done")], "done, 2026-01-31 00:00:00", 0],
		["nobody", BACK, "rolled back, 2026-01-31 00:00:00", 5],
		[
			"nobody",
			[back, ended("undone")],
			"refused, nothing was changed, 2026-01-31 00:00:00",
			4,
		],
		["somebody", [began], "running", undefined],
		["somebody", [began, back], "going back", undefined],
		["nobody", [began], "STOPPED, and nobody is at it", 3],
		["nobody", [began, back], "STOPPED, and nobody is at it", 3],
	])(
		"with %s at it, after %j, begins with %j, and --follow ends with %j",
		async (who, records, headline, exit) => {
			using process = begun();
			for (const record of records) process.journal.append(record);
			if (who === "nobody") process[Symbol.dispose]();
			expect(text(Date.parse(at)).split("\n")[0]).toBe(
				`Cutover of a registry: ${headline}`,
			);
			if (exit !== undefined)
				expect(exitCodeAt(await follow(seen(), () => {}, never))).toBe(exit);
		},
	);

	test("says who is at it, and how to go on when nobody is", () => {
		const process = begun();
		process.journal.append({ type: "apply", step: "read-only", at });
		const now = Date.parse(at) + 42_000;
		const running = text(now);
		expect(running).toMatch(/at it {5}process \d+ on /);
		expect(running).toContain("Pushes are refused since 2026-01-31 00:00:00");
		expect(running).toContain("for 42s by now");
		expect(running).toMatch(/read-only +running/);
		process[Symbol.dispose]();
		const stopped = text(now);
		expect(stopped).toContain("STOPPED, and nobody is at it");
		expect(stopped).toContain("Run cutover again as it was begun");
	});

	test("says that a yes is waited for, where whoever began it is asked", () => {
		using process = begun();
		const asked = { ...RUN, words: [] };
		process.events.append(asked);
		for (const step of ["preflight", "rehearse", "catch up"])
			for (const type of ["apply", "done"] as const)
				process.journal.append({ type, step, at });
		expect(text(Date.parse(at))).toContain("a yes is waited for");
		process.journal.append({ type: "apply", step: "announce", at });
		expect(text(Date.parse(at))).toContain("Now: announce.");
	});

	test("gives the commands as they were given", () => {
		const process = begun();
		process.events.append(RUN);
		process[Symbol.dispose]();
		expect(text(Date.parse(at)).split("\n").slice(-6)).toEqual([
			"To go on:",
			"  cd '/root/a b' && regmigrate cutover /srv/registry s3://bucket \\",
			"    --restart 'systemctl restart registry' --accept-damage",
			"To go back:",
			"  cd '/root/a b' && regmigrate rollback /srv/registry s3://bucket \\",
			"    --restart 'systemctl restart registry'",
		]);
	});

	test("a journal of steps that there are not is said, and not taken for none", () => {
		const process = begun();
		process.journal.append({ type: "apply", step: "dance", at });
		process[Symbol.dispose]();
		const course = seeCourse(paths);
		if (course === undefined) throw new Error("It is there");
		expect(isSeen(course)).toBe(false);
		expect(() => theOne([course])).toThrow('a step "dance"');
	});
});
