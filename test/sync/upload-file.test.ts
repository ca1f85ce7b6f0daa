import { spawn } from "node:child_process";
import { once } from "node:events";
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { describe, expect, onTestFinished, test } from "vitest";
import {
	MemoryUploads,
	type UploadRecord,
} from "../../src/store/upload-log.ts";
import { SyncRefusal } from "../../src/sync/refusal.ts";
import { UploadFiles } from "../../src/sync/upload-file.ts";

const STORE = "https://s3.example/reg/pre/";
const PLAN = { size: 20, partBytes: 8, digest: "sha256:ab", terms: "{}" };

function temporaryDirectory(): string {
	const directory = mkdtempSync(join(tmpdir(), "regmigrate-test-"));
	onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
	return directory;
}

function open(directory: string, identity = STORE): UploadRecord {
	return new UploadFiles(directory).open(identity, async () => []);
}

function refusalOf(act: () => unknown): SyncRefusal {
	try {
		act();
	} catch (error) {
		if (error instanceof SyncRefusal) return error;
		throw error;
	}
	throw new Error("it was not refused");
}

/** The one database in the directory. */
function fileIn(directory: string): string {
	const [name = ""] = readdirSync(directory).filter((one) =>
		one.endsWith(".db"),
	);
	return join(directory, name);
}

describe.each([
	["in a file", () => open(temporaryDirectory())],
	["in memory", () => new MemoryUploads()],
])("a record of uploads %s", (_where, make) => {
	test("tells what was to be begun, and has not ended", () => {
		using record = make();
		const first = record.intend("a", PLAN);
		const second = record.intend("b", { ...PLAN, size: 30 });
		expect(first).toMatchObject({ ...PLAN, key: "a", uploadId: undefined });
		expect(Math.abs(Date.now() - first.begunAt)).toBeLessThan(10_000);
		const begun = record.begun(second, "u/1");
		expect(record.pending()).toEqual([first, begun]);
		expect(record.pending("b")).toEqual([
			{ ...second, size: 30, uploadId: "u/1" },
		]);
		record.ended(first);
		expect(record.pending()).toEqual([begun]);
		record.ended(begun);
		expect(record.pending()).toEqual([]);
		expect(record.pending("b")).toEqual([]);
	});

	test("never tells two uploads of a key apart by less than their numbers", () => {
		using record = make();
		const uploads = [record.intend("a", PLAN), record.intend("a", PLAN)];
		expect(new Set(uploads.map(({ number }) => number)).size).toBe(2);
		expect(record.pending("a")).toEqual(uploads);
	});
});

describe("the file of a store", () => {
	test("is found again by whoever opens the store, and by no other store", () => {
		const directory = join(temporaryDirectory(), "made/for/it");
		const noted = open(directory);
		const upload = noted.begun(noted.intend("a", PLAN), "u");
		noted[Symbol.dispose]();
		using other = open(directory, `${STORE}other/`);
		expect(other.pending()).toEqual([]);
		using again = open(directory);
		expect(again.pending()).toEqual([upload]);
	});

	test("keeps what was noted when its process is killed", async () => {
		const directory = temporaryDirectory();
		const module = fileURLToPath(
			new URL("../../src/sync/upload-file.ts", import.meta.url),
		);
		const script = `
			const { UploadFiles } = await import(${JSON.stringify(module)});
			const record = new UploadFiles(${JSON.stringify(directory)}).open(${JSON.stringify(STORE)});
			const upload = record.intend("a", ${JSON.stringify(PLAN)});
			record.begun(upload, "u");
			process.kill(process.pid, "SIGKILL");
		`;
		const child = spawn(
			process.execPath,
			["--input-type=module", "-e", script],
			{ stdio: "inherit" },
		);
		expect(await once(child, "exit")).toEqual([null, "SIGKILL"]);
		using record = open(directory);
		expect(record.pending()).toMatchObject([{ key: "a", uploadId: "u" }]);
	});

	test("is at every instant what it was after one write or another, also when the last was torn", () => {
		const directory = temporaryDirectory();
		using record = open(directory);
		const path = fileIn(directory);
		const states = [record.pending()];
		for (const key of ["a", "b", "c"]) {
			const upload = record.intend(key, PLAN);
			states.push(record.pending());
			record.begun(upload, `u-${key}`);
			states.push(record.pending());
		}
		const { size } = statSync(`${path}-wal`);
		let furthest = 0;
		for (let bytes = 0; bytes <= size; bytes += 1361) {
			const torn = temporaryDirectory();
			const copy = join(torn, path.slice(directory.length));
			copyFileSync(path, copy);
			copyFileSync(`${path}-wal`, `${copy}-wal`);
			truncateSync(`${copy}-wal`, bytes);
			// A file that was not even made yet is begun.
			using reopened = open(torn);
			const state = states.findIndex(
				(one) => JSON.stringify(one) === JSON.stringify(reopened.pending()),
			);
			expect(state).toBeGreaterThanOrEqual(furthest);
			furthest = state;
		}
		expect(furthest).toBeGreaterThanOrEqual(states.length - 2);
	});

	test("does not grow with the uploads that have ended", () => {
		const directory = temporaryDirectory();
		const use = () => {
			using record = open(directory);
			for (let number = 0; number < 40; number++) {
				const upload = record.intend(`key-${"x".repeat(200)}-${number}`, PLAN);
				record.ended(record.begun(upload, "u".repeat(200)));
			}
		};
		use();
		const { size } = statSync(fileIn(directory));
		for (let run = 0; run < 3; run++) use();
		expect(statSync(fileIn(directory)).size).toBe(size);
		expect(readdirSync(directory)).toHaveLength(1);
	});

	test("is one process's: another is refused, and told whose", () => {
		const directory = temporaryDirectory();
		using record = open(directory);
		record.intend("a", PLAN);
		const refusal = refusalOf(() => open(directory));
		expect(refusal).toMatchObject({ code: "target-in-use" });
		expect(refusal.message).toContain(`process ${process.pid} on `);
		expect(record.pending()).toHaveLength(1);
	});

	test("says in one sentence that its directory cannot be used", () => {
		const directory = temporaryDirectory();
		const file = join(directory, "file");
		writeFileSync(file, "");
		const refusal = refusalOf(() => open(join(file, "state")));
		expect(refusal).toMatchObject({ code: "unusable-state" });
		expect(refusal.message).toMatch(/^Uploads cannot be noted in .*ENOTDIR/);
		expect(refusal.suggestions.join()).toContain("--state-directory");
	});

	test("that is damaged, or another version's, is not passed over", () => {
		const directory = temporaryDirectory();
		open(directory)[Symbol.dispose]();
		const path = fileIn(directory);
		const whole = readFileSync(path);
		writeFileSync(path, "no database, but as long as one ".repeat(100));
		expect(refusalOf(() => open(directory)).message).toMatch(/is damaged$/);
		writeFileSync(path, whole);
		const database = new DatabaseSync(path);
		database.exec("PRAGMA user_version = 77");
		database.close();
		expect(refusalOf(() => open(directory)).message).toMatch(
			/another version of regmigrate$/,
		);
	});

	test("that cannot be read or written any more fails the upload, and is not taken for the index", () => {
		const record = open(temporaryDirectory());
		record[Symbol.dispose]();
		for (const use of [
			() => record.pending("a"),
			() => record.intend("a", PLAN),
		])
			expect(use).toThrow(
				expect.objectContaining({ name: "StoreError", code: "unavailable" }),
			);
	});

	test("can be read by nobody else", () => {
		const directory = join(temporaryDirectory(), "state");
		mkdirSync(join(directory, ".."), { recursive: true });
		using _record = open(directory);
		expect(statSync(directory).mode & 0o777).toBe(0o700);
	});
});

test("uploads are settled by every store that was opened", async () => {
	const files = new UploadFiles(temporaryDirectory());
	const left = { address: "s3://reg/a", begunAt: 1, reason: "because" };
	const asked: boolean[] = [];
	using _one = files.open(STORE, async ({ isAllDone }) => {
		asked.push(isAllDone);
		return [left];
	});
	using _other = files.open(`${STORE}b/`, async () => []);
	expect(await files.settle({ isAllDone: true })).toEqual([left]);
	expect(asked).toEqual([true]);
});
