import { createHash } from "node:crypto";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import {
	JournalFile,
	seeJournal,
} from "../../../src/cutover/course/journal-file.ts";
import {
	type JournalRecord,
	parseJournal,
	recordLine,
} from "../../../src/cutover/course/journal-record.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";
import {
	canMount,
	mountAt,
	unmount,
} from "../../store/filesystem/temporary-mount.ts";

const at = "2026-01-31T00:00:00.000Z";
const RECORDS: readonly JournalRecord[] = [
	{
		type: "begun",
		id: "0123456789abcdef",
		operator: "somebody@host",
		source: "file:///srv/registry/",
		target: "s3://bucket/",
		at,
	},
	{ type: "apply", step: "prüfen", at },
	{ type: "done", step: "prüfen", at },
	{ type: "turn-back", reason: 'a reason\nwith a line and a "quote"', at },
	{ type: "ended", outcome: "undone", at },
];
const BYTES = Buffer.from(RECORDS.map(recordLine).join(""));
/** What a journal is made with (bytes). */
const SPACE = 256 * 1024;

/** The bytes of a journal's file: zeros after its records. */
function inSpace(bytes: Buffer): Buffer {
	return Buffer.concat([bytes], SPACE);
}

let path: string;
beforeEach(() => {
	path = join(temporaryFolder(), "state/registry.cutover");
});

describe("parseJournal", () => {
	test("whatever is lost at the end, what is left is the records before, and it is known that one is torn", () => {
		const ends = RECORDS.map(
			(_, index) =>
				Buffer.from(
					RECORDS.slice(0, index + 1)
						.map(recordLine)
						.join(""),
				).length,
		);
		for (let length = 0; length <= BYTES.length; length++)
			for (const zeros of [0, 100]) {
				const bytes = Buffer.concat([
					BYTES.subarray(0, length),
					Buffer.alloc(zeros),
				]);
				const count = ends.filter((end) => end <= length).length;
				expect(parseJournal(bytes)).toEqual({
					records: RECORDS.slice(0, count),
					length: ends[count - 1] ?? 0,
					tornBytes: length - (ends[count - 1] ?? 0),
				});
			}
	});

	test("any byte of the last record that is another is one that is torn; of another record, damage", () => {
		const before = RECORDS.slice(0, -1).map(recordLine).join("");
		const lastStart = Buffer.from(before).length;
		for (let index = 0; index < BYTES.length; index++) {
			const bytes = Buffer.from(BYTES);
			bytes[index] = (bytes[index] ?? 0) ^ 1;
			const read = parseJournal(bytes);
			if (index < lastStart) expect(read, `${index}`).toBe("damaged");
			else expect(read).toMatchObject({ records: RECORDS.slice(0, 4) });
		}
	});
});

describe("JournalFile", () => {
	test("keeps what was noted, for its owner alone, in space that is taken beforehand", () => {
		{
			using journal = new JournalFile(path);
			for (const record of RECORDS.slice(0, 3)) journal.append(record);
		}
		expect(statSync(path).size).toBe(256 * 1024);
		expect(statSync(path).blocks * 512).toBeGreaterThanOrEqual(256 * 1024);
		expect(statSync(path).mode & 0o777).toBe(0o600);
		using journal = new JournalFile(path);
		expect(journal.records).toEqual(RECORDS.slice(0, 3));
	});

	test("goes on after a torn record, which is noted as such, whatever of it is there", () => {
		const whole = Buffer.from(RECORDS.slice(0, 2).map(recordLine).join(""));
		const torn = Buffer.from(recordLine(RECORDS[3] ?? { type: "torn", at }));
		for (let length = 1; length < torn.length; length++) {
			{
				using _ = new JournalFile(path);
			}
			const bytes = Buffer.alloc(SPACE);
			whole.copy(bytes);
			torn.subarray(0, length).copy(bytes, whole.length);
			writeFileSync(path, bytes);
			using journal = new JournalFile(path);
			expect(journal.records.map(({ type }) => type)).toEqual([
				...["begun", "apply", "torn"],
			]);
			journal.append({ type: "done", step: "prüfen", at });
			expect(parseJournal(readFileSync(path))).toMatchObject({
				records: journal.records,
				tornBytes: 0,
			});
		}
	});

	test("puts one that has ended aside, and begins anew", () => {
		{
			using journal = new JournalFile(path);
			for (const record of RECORDS) journal.append(record);
		}
		using journal = new JournalFile(path);
		expect(journal.records).toEqual([]);
		expect(readdirSync(join(path, ".."))).toHaveLength(2);
	});

	test("refuses one that is damaged in the middle", () => {
		const bytes = Buffer.from(BYTES);
		bytes[30] = 0;
		{
			using _ = new JournalFile(path);
		}
		truncateSync(path, 0);
		writeFileSync(path, bytes);
		expect(() => new JournalFile(path)).toThrow("is damaged");
	});

	test("refuses one that a newer version has written, and leaves it as it is", () => {
		{
			using _ = new JournalFile(path);
		}
		const bytes = Buffer.concat([
			BYTES.subarray(0, -1),
			Buffer.from(`\n${newerLine()}`),
		]);
		writeFileSync(path, bytes);
		expect(() => new JournalFile(path)).toThrow("a newer one wrote them");
		expect(() => seeJournal(path)).toThrow("a newer one wrote them");
		expect(readFileSync(path)).toEqual(bytes);
	});
});

test("one that was cut off is refused: it would tell of less than was done", () => {
	{
		using journal = new JournalFile(path);
		for (const record of RECORDS.slice(0, 3)) journal.append(record);
	}
	for (const length of [0, BYTES.indexOf("\n") + 1, SPACE - 1]) {
		truncateSync(path, length);
		expect(() => seeJournal(path)).toThrow("it is shorter than it was made");
		expect(() => new JournalFile(path)).toThrow(
			"it is shorter than it was made",
		);
		expect(statSync(path).size).toBe(length);
		truncateSync(path, SPACE);
	}
});

/** A folder on a small disk, and what fills that to its last block. */
function smallDisk() {
	const folder = temporaryFolder();
	expect(mountAt(folder, "1m")).toBe(true);
	onTestFinished(() => void unmount(folder));
	const block = Buffer.alloc(4096);
	const fill = () => {
		for (;;) writeFileSync(join(folder, "filler"), block, { flag: "a" });
	};
	return { path: join(folder, "state/registry.cutover"), fill };
}

test.skipIf(!canMount)(
	"one that was made goes on when its disk is full: its space was taken",
	() => {
		const { path, fill } = smallDisk();
		using journal = new JournalFile(path);
		expect(fill).toThrow("ENOSPC");
		// More than the file system has in one piece.
		for (let number = 0; number < 500; number++)
			journal.append({ type: "apply", step: `step ${number}`, at });
		expect(journal.records).toHaveLength(500);
	},
);

test.skipIf(!canMount)(
	"one that has ended stays where it is when there is no room for another",
	() => {
		const { path, fill } = smallDisk();
		{
			using journal = new JournalFile(path);
			for (const record of RECORDS) journal.append(record);
		}
		expect(fill).toThrow("ENOSPC");
		expect(() => new JournalFile(path)).toThrow("Nothing was changed");
		expect(seeJournal(path)).toEqual(RECORDS);
	},
);

describe("seeJournal", () => {
	test("tells what is noted, also while it is written, and makes and mends nothing", () => {
		expect(seeJournal(path)).toBeUndefined();
		expect(() => statSync(path)).toThrow("ENOENT");
		using journal = new JournalFile(path);
		for (const record of RECORDS.slice(0, 2)) journal.append(record);
		expect(seeJournal(path)).toEqual(RECORDS.slice(0, 2));
		const torn = inSpace(BYTES.subarray(0, -5));
		writeFileSync(path, torn);
		expect(seeJournal(path)).toEqual(RECORDS.slice(0, 4));
		expect(readFileSync(path)).toEqual(torn);
	});

	test("says what is damaged", () => {
		const bytes = Buffer.from(BYTES);
		bytes[30] = 0;
		mkdirSync(dirname(path), { recursive: true });
		writeFileSync(path, bytes);
		expect(() => seeJournal(path)).toThrow("a record in it is damaged");
	});
});

/** A record that is sound, and of no type that there is. */
function newerLine(): string {
	const json = JSON.stringify({ type: "paused", at });
	const sum = createHash("sha256").update(json).digest("hex").slice(0, 16);
	return `${sum} ${json}\n`;
}
