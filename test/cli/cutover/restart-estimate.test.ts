import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { restartEstimate } from "../../../src/cli/cutover/restart-estimate.ts";
import {
	type JournalRecord,
	recordLine,
} from "../../../src/cutover/course/journal-record.ts";

const ASSUMED = { ms: 5000, from: "assumed" };

/** A state directory with journals of cutovers that have ended, by when they were put aside; "": the last one, which was not. */
function journals(ended: Readonly<Record<string, readonly JournalRecord[]>>) {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-estimate-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	const path = join(folder, "registry-1.cutover");
	for (const [at, records] of Object.entries(ended))
		writeFileSync(
			at === "" ? path : `${path}.${at}`,
			records
				.map(recordLine)
				.join("")
				.padEnd(256 * 1024, "\0"),
		);
	return path;
}

/** A cutover whose step read-only took so long (s). */
function took(seconds: number): readonly JournalRecord[] {
	const at = (second: number) => new Date(second * 1000).toISOString();
	return [
		{ type: "apply", step: "read-only", at: at(0) },
		{ type: "done", step: "read-only", at: at(seconds) },
		{ type: "ended", outcome: "done", at: at(seconds) },
	];
}

test("a restart is taken for what it took in the last cutover, for each node", () => {
	const path = journals({
		"2026-01-01T10-00-00.000Z": took(100),
		"2026-01-02T10-00-00.000Z": took(12),
	});
	expect(restartEstimate(path, "distribution", 3)).toEqual({
		ms: 4000,
		from: "measured",
	});
});

test("the way back takes it from the cutover that it is of", () => {
	const path = journals({ "": took(6), "2026-01-01T10-00-00.000Z": took(9) });
	expect(restartEstimate(path, "distribution", 1)).toEqual({
		ms: 6000,
		from: "measured",
	});
});

test("one in which no node was restarted tells nothing, nor one that is damaged", () => {
	const path = journals({
		"2026-01-01T10-00-00.000Z": took(4),
		"2026-01-02T10-00-00.000Z": [
			{ type: "apply", step: "preflight", at: new Date(0).toISOString() },
		],
	});
	writeFileSync(`${path}.2026-01-03T10-00-00.000Z`, "no journal");
	expect(restartEstimate(path, "distribution", 1)).toMatchObject({
		ms: 4000,
	});
});

test("without any, it is assumed, by what is restarted", () => {
	expect(restartEstimate(journals({}), "distribution", 1)).toEqual(ASSUMED);
	const absent = join(tmpdir(), "regmigrate-there-is-none/registry-1.cutover");
	expect(restartEstimate(absent, "distribution", 1)).toEqual(ASSUMED);
	const { ms } = restartEstimate(absent, "linux-package", 1);
	expect(ms).toBeGreaterThan(60_000);
});
