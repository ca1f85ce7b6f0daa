import { readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "vitest";
import {
	type JournalRecord,
	recordLine,
} from "../../../src/cutover/course/journal-record.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";
import { runProgram } from "../../support/program.ts";

/** With the space that is taken before anything is begun. */
const SPACE = 256 * 1024;

/** What a journal's file holds. */
export function journalText(records: readonly JournalRecord[]): string {
	return records.map(recordLine).join("").padEnd(SPACE, "\0");
}

/** A registry that does not answer, and where a command that changed nothing has left its record. */
export async function described() {
	const folder = temporaryFolder();
	const configuration = join(folder, "config.yml");
	writeFileSync(
		configuration,
		`version: 0.1\nstorage: {filesystem: {rootdirectory: ${folder}}}\nhttp: {addr: "127.0.0.1:1"}\n`,
	);
	const state = join(folder, "state");
	const registry = ["--registry-config", configuration, "--restart", "exit 1"];
	const runIn = async (state: string, ...words: readonly string[]) =>
		await runProgram([...words, ...registry, "--state-directory", state]);
	const run = async (...words: readonly string[]) =>
		await runIn(state, ...words);
	const result = await run("readonly", "off", "--yes");
	expect(result.stderr).toContain("Nothing is recorded");
	const [name = ""] = readdirSync(state).filter((name) =>
		/^registry-.*\.db$/.test(name),
	);
	const record = join(state, name);
	const note = (ending: string, records: readonly JournalRecord[]) => {
		const path = record.replace(/db$/, ending);
		writeFileSync(path, journalText(records), { mode: 0o600 });
		return path;
	};
	return { folder, state, record, run, runIn, note };
}
