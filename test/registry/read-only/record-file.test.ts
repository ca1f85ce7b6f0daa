import { mkdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, test } from "vitest";
import type { ReadOnlyRecord } from "../../../src/registry/read-only/record.ts";
import {
	openRecordFile,
	seeRecord,
} from "../../../src/registry/read-only/record-file.ts";
import { temporaryFolder } from "../../cli/folders.ts";

const RECORD: ReadOnlyRecord = {
	operator: "me@here",
	since: "2026-01-31T00:00:00.000Z",
	nodes: [
		{
			name: "a",
			url: "http://a:5000",
			found: "writable",
			stage: "begun",
			former: [{ id: "1", name: "process 1" }],
		},
	],
};

function place(): string {
	return join(temporaryFolder(), "state", "registry.db");
}

test("what was written is read again, by the next process too, until it is removed", () => {
	const path = place();
	expect(seeRecord(path)).toEqual({ record: undefined, owner: undefined });
	mkdirSync(dirname(path));
	writeFileSync(path, "");
	expect(seeRecord(path)).toEqual({ record: undefined, owner: undefined });
	rmSync(dirname(path), { recursive: true });
	{
		using keeper = openRecordFile(path);
		expect(keeper.read()).toBeUndefined();
		keeper.write(RECORD);
		keeper.write(RECORD);
		expect(keeper.read()).toEqual(RECORD);
	}
	expect(statSync(join(path, "..")).mode & 0o777).toBe(0o700);
	expect(seeRecord(path)).toEqual({ record: RECORD, owner: undefined });
	using keeper = openRecordFile(path);
	expect(keeper.read()).toEqual(RECORD);
	keeper.remove();
	expect(keeper.read()).toBeUndefined();
});

test("one at a time: the other is told who it is", () => {
	const path = place();
	using keeper = openRecordFile(path);
	keeper.write(RECORD);
	const owner = new RegExp(`process ${process.pid} on `);
	expect(() => openRecordFile(path)).toThrow(
		expect.objectContaining({
			code: "changed",
			message: expect.stringMatching(owner),
		}),
	);
	const seen = seeRecord(path);
	expect(seen.record).toBeUndefined();
	expect(seen.owner).toMatch(owner);
});

test("a file that is damaged, or another version's, is refused and left as it is", () => {
	const path = place();
	openRecordFile(path)[Symbol.dispose]();
	const database = new DatabaseSync(path);
	database.exec(`INSERT INTO record VALUES ('{"operator": 1}')`);
	database.close();
	using keeper = openRecordFile(path);
	expect(() => keeper.read()).toThrow("another version of regmigrate");
	const damaged = place();
	openRecordFile(damaged)[Symbol.dispose]();
	writeFileSync(damaged, "x".repeat(8192));
	expect(() => openRecordFile(damaged)).toThrow("it is damaged");
	expect(() => seeRecord(damaged)).toThrow("it is damaged");
});

test("a place that cannot be written is told", () => {
	const folder = temporaryFolder();
	writeFileSync(join(folder, "file"), "");
	expect(() => openRecordFile(join(folder, "file", "registry.db"))).toThrow(
		expect.objectContaining({
			code: "refused",
			message: expect.stringMatching(/cannot be kept in .* lies in one$/),
		}),
	);
});
