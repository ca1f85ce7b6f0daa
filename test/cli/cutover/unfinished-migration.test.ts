import { readFileSync, statSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { JournalRecord } from "../../../src/cutover/course/journal-record.ts";
import { described } from "./described-registry.ts";

const at = "2026-01-31T00:00:00.000Z";
const BEGUN: readonly JournalRecord[] = [
	{
		type: "begun",
		id: "0123456789abcdef",
		operator: "somebody@host",
		source: "file:///srv/registry/",
		target: "s3://bucket/",
		at,
	},
	{ type: "apply", step: "canary", at },
];

const COMMANDS = [
	["readonly", "on", "--yes"],
	["readonly", "off", "--yes"],
	["readonly", "off", "--force", "--yes"],
	["readonly", "on", "--dry-run"],
	["gc", "--yes"],
	["gc", "--dry-run"],
];

test("what switches a registry is refused while a cutover has not ended, and the journal is left as it is", async () => {
	const { run, note } = await described();
	const path = note("cutover", BEGUN);
	const before = { bytes: readFileSync(path), ...statSync(path) };
	for (const words of COMMANDS) {
		const { exitCode, stderr } = await run(...words);
		const text = stderr.replaceAll(/\s+/g, " ");
		expect(text).toContain(
			`A cutover of this registry was begun by somebody@host (${at}) and has not ended: it is in the step "canary". ${words[0] === "gc" ? "gc" : words.slice(0, 2).join(" ")} would come in between. Nothing was changed`,
		);
		expect(text).toContain("Run the same cutover again");
		expect(text).toContain("Or run rollback");
		expect(exitCode).toBe(4);
	}
	const { exitCode, stdout } = await run("readonly", "status");
	expect(stdout).toContain(
		`A cutover of this registry was begun by somebody@host (${at}) and has not ended: it is in the step "canary".\n  Run the same cutover again`,
	);
	expect(exitCode).toBe(3);
	const json = await run("readonly", "status", "--json");
	expect(JSON.parse(json.stdout)).toMatchObject({
		unfinished: { command: "cutover", operator: "somebody@host", since: at },
	});
	const { atimeMs, atime, ...after } = statSync(path);
	expect(before).toMatchObject({ ...after, bytes: readFileSync(path) });
});

test("so it is while a way back has not ended, and no longer when all has", async () => {
	const { run, note } = await described();
	const ended: JournalRecord = { type: "ended", outcome: "done", at };
	note("cutover", [...BEGUN, ended]);
	note("rollback", BEGUN);
	const refused = await run("readonly", "off", "--yes");
	expect(refused.exitCode).toBe(4);
	expect(refused.stderr).toContain("A rollback of this registry was begun by");
	expect(refused.stderr).toContain("Run rollback again");
	note("rollback", [...BEGUN, ended]);
	const { stderr } = await run("readonly", "off", "--yes");
	expect(stderr).toContain("Nothing is recorded");
});

test("a journal that cannot be read is no reason to go on", async () => {
	const { run, note } = await described();
	const path = note("cutover", BEGUN);
	const bytes = readFileSync(path);
	bytes.write("x", 20);
	writeFileSync(path, bytes);
	const { exitCode, stderr } = await run("readonly", "off", "--yes");
	expect(exitCode).toBe(4);
	expect(stderr).toContain("How far a cutover is cannot be read from");
});

test("a journal of another version's steps is refused, and what to do is said", async () => {
	const { run, note } = await described();
	const path = note("cutover", [
		...BEGUN,
		{ type: "apply", step: "of a later day", at },
	]);
	const before = readFileSync(path);
	for (const [code, ...words] of [
		// It looks at all that there are, and tells of this one that it could not.
		[3, "status"],
		[4, "report"],
		[4, "rollback", "/srv/registry", "/srv/other", "--yes"],
	] as const) {
		const { exitCode, stdout, stderr } = await run(...words);
		const text = `${stdout}${stderr}`.replaceAll(/\s+/g, " ");
		expect(text).toContain('which has a step "of a later day"');
		expect(text).toContain("Use the version of regmigrate that wrote it.");
		expect(exitCode).toBe(code);
	}
	expect(readFileSync(path)).toEqual(before);
});

test("readonly status tells what it can all the same, and names what cannot be read", async () => {
	const { run, note, record } = await described();
	const path = note("cutover", BEGUN);
	const bytes = readFileSync(path);
	bytes.write("x", 20);
	writeFileSync(path, bytes);
	note("rollback", BEGUN);
	writeFileSync(record, "damaged".repeat(1000));
	const { exitCode, stdout } = await run("readonly", "status");
	expect(exitCode).toBe(3);
	expect(stdout).toMatch(/^NODE .*\n\S+ +unknown /);
	expect(stdout).toContain("A rollback of this registry was begun by");
	expect(stdout).toContain(`cannot be read from ${path}: a record in it is`);
	expect(stdout).toContain(`cannot be kept in ${record}: it is damaged.`);
	const json = await run("readonly", "status", "--json");
	expect(JSON.parse(json.stdout).unread).toHaveLength(2);
});
