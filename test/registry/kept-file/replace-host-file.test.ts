import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	readlinkSync,
	statSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { openHost } from "../../../src/registry/host/open-host.ts";
import { readHostFile } from "../../../src/registry/kept-file/read-host-file.ts";
import { replaceHostFile } from "../../../src/registry/kept-file/replace-host-file.ts";
import {
	canMount,
	mountAt,
	unmount,
} from "../../store/filesystem/temporary-mount.ts";
import { putProgramOnPath, putSshOnPath } from "../support/program-on-path.ts";
import { ConfiguredFile, ORIGINAL } from "./configured-file.ts";

const isRoot = process.getuid?.() === 0;
const NOBODY = 65534;
const asNobody = openHost({
	via: ["setpriv", `--reuid=${NOBODY}`, `--regid=${NOBODY}`, "--clear-groups"],
});

describe("a file that is read", () => {
	test("has its text, its hash, its owner and mode", async () => {
		const { host, path } = new ConfiguredFile();
		const text = "\uFEFFname: ü\r\n\0";
		writeFileSync(path, text);
		expect(await readHostFile(host, path)).toMatchObject({
			path,
			target: path,
			text,
			sha256: expect.stringMatching(/^[\da-f]{64}$/),
			owner: `${process.getuid?.()}:${process.getgid?.()}`,
			mode: "640",
			lastModified: expect.closeTo(statSync(path).mtimeMs, 0),
			obstacle: undefined,
		});
	});

	test.each([
		["not there", "not-found", () => undefined],
		["a directory", "refused", (path: string) => mkdirSync(path)],
		[
			"no text",
			"refused",
			(path: string) => writeFileSync(path, Buffer.of(0xff)),
		],
		[
			"a link that leads nowhere",
			"not-found",
			(path: string) => symlinkSync("/nowhere/config.yml", path),
		],
	] as const)("is refused when it is %s", async (_, code, make) => {
		const { host, folder } = new ConfiguredFile();
		const path = join(folder, "odd.yml");
		make(path);
		const read = readHostFile(host, path);
		await expect(read).rejects.toMatchObject({ code });
		await expect(read).rejects.toThrow(`Cannot read ${path} on this machine`);
	});

	test.runIf(isRoot)("is refused when we may not read it", async () => {
		const file = new ConfiguredFile(asNobody);
		chmodSync(file.folder, 0o755);
		const read = readHostFile(asNobody, file.path);
		await expect(read).rejects.toMatchObject({ code: "permission-denied" });
	});
});

describe("a file that is replaced", () => {
	test("has the new text, keeps its mode, and its original beside it", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		await file.add("two");
		expect(file.text).toBe(`${ORIGINAL}one\ntwo\n`);
		expect(statSync(file.path).mode & 0o7777).toBe(0o640);
		expect(file.kept("original")).toBe(ORIGINAL);
		expect(file.kept("written")).toBe(file.text);
		expect(readdirSync(file.folder).sort()).toEqual([
			".regmigrate",
			"config.yml",
		]);
		const kept = join(file.folder, ".regmigrate");
		expect(statSync(kept).mode & 0o7777).toBe(0o700);
		expect(statSync(join(kept, "config.yml/original")).mode & 0o7777).toBe(
			0o640,
		);
	});

	test("is the one behind a symbolic link, which stays", async () => {
		const file = new ConfiguredFile();
		const link = join(file.folder, "link.yml");
		symlinkSync("config.yml", link);
		const read = await readHostFile(file.host, link);
		expect(read.target).toBe(file.path);
		await replaceHostFile(file.host, read, "new\n", { effective: [] });
		expect(readlinkSync(link)).toBe("config.yml");
		expect(file.text).toBe("new\n");
		expect(file.kept("original")).toBe(ORIGINAL);
	});

	test("is the same by ssh, whatever its name", async () => {
		putSshOnPath();
		const host = openHost({ ssh: "registry-2" });
		const { folder } = new ConfiguredFile();
		const path = join(folder, "it's $(touch gone) *.yml");
		writeFileSync(path, "old\n");
		const read = await readHostFile(host, path);
		await replaceHostFile(host, read, "new\n", { effective: [] });
		expect(readFileSync(path, "utf8")).toBe("new\n");
	});

	test("may be replaced again with the same: nothing happens", async () => {
		const file = new ConfiguredFile();
		const read = await readHostFile(file.host, file.path);
		const replace = () =>
			replaceHostFile(file.host, read, "new\n", { effective: [] });
		await replace();
		const { ino } = statSync(file.path);
		await replace();
		expect(statSync(file.path).ino).toBe(ino);
	});

	test("is left to whoever has changed it since it was read", async () => {
		const file = new ConfiguredFile();
		const read = await readHostFile(file.host, file.path);
		writeFileSync(file.path, "theirs\n");
		const replace = replaceHostFile(file.host, read, "ours\n", {
			effective: [],
		});
		await expect(replace).rejects.toMatchObject({ code: "changed" });
		await expect(replace).rejects.toThrow("somebody has changed it");
		expect(file.text).toBe("theirs\n");
		expect(readdirSync(file.folder)).toEqual(["config.yml"]);
	});

	test("is left to whoever changes it at the last moment", async () => {
		const file = new ConfiguredFile();
		// The copy that is going to take its place has just been made durable.
		putProgramOnPath(
			"sync",
			`case $1 in *.config.yml.new) echo theirs >'${file.path}' ;; esac`,
		);
		await expect(file.add("ours")).rejects.toMatchObject({ code: "changed" });
		expect(file.text).toBe("theirs\n");
		expect(readdirSync(file.folder).sort()).toEqual([
			".regmigrate",
			"config.yml",
		]);
	});

	test("stays as it is when its new text is garbled on the way", async () => {
		const file = new ConfiguredFile();
		const host = openHost({
			via: ["sh", "-c", '"$@" </dev/null', "without-input"],
		});
		const read = await readHostFile(host, file.path);
		const replace = replaceHostFile(host, read, "new\n", { effective: [] });
		await expect(replace).rejects.toMatchObject({ code: "failed" });
		await expect(replace).rejects.toThrow("did not arrive as it was sent");
		expect(file.text).toBe(ORIGINAL);
	});

	test.runIf(isRoot)(
		"keeps the owner it has, and so does its original",
		async () => {
			const file = new ConfiguredFile();
			chownSync(file.path, 4711, 4712);
			await file.add("one");
			const kept = join(file.folder, ".regmigrate/config.yml/original");
			for (const path of [file.path, kept])
				expect(statSync(path)).toMatchObject({ uid: 4711, gid: 4712 });
		},
	);

	test.runIf(isRoot)(
		"may be one that its owner himself may not write",
		async () => {
			const file = new ConfiguredFile(asNobody);
			for (const path of [file.folder, file.path])
				chownSync(path, NOBODY, NOBODY);
			chmodSync(file.path, 0o440);
			await file.add("one");
			expect(file.text).toBe(`${ORIGINAL}one\n`);
			expect(statSync(file.path).mode & 0o7777).toBe(0o440);
		},
	);

	test.runIf(isRoot)("is not taken from another user", async () => {
		const file = new ConfiguredFile(asNobody);
		chmodSync(file.path, 0o644);
		chownSync(file.folder, NOBODY, NOBODY);
		const add = file.add("one");
		await expect(add).rejects.toMatchObject({ code: "permission-denied" });
		await expect(add).rejects.toThrow("it belongs to another user");
		expect(statSync(file.path).uid).toBe(0);
	});

	test.runIf(isRoot)("does not lose a group that we are not of", async () => {
		const file = new ConfiguredFile(asNobody);
		chownSync(file.folder, NOBODY, NOBODY);
		chownSync(file.path, NOBODY, 4712);
		const add = file.add("one");
		await expect(add).rejects.toMatchObject({ code: "permission-denied" });
		await expect(add).rejects.toThrow(
			"owner, group and mode could not be kept",
		);
		expect(statSync(file.path).gid).toBe(4712);
		expect(file.text).toBe(ORIGINAL);
	});

	test.runIf(isRoot)("is refused where we may not write", async () => {
		const file = new ConfiguredFile(asNobody);
		chownSync(file.path, NOBODY, NOBODY);
		chmodSync(file.folder, 0o755);
		const add = file.add("one");
		await expect(add).rejects.toMatchObject({ code: "permission-denied" });
		await expect(add).rejects.toThrow("directory may not be written");
		expect(file.text).toBe(ORIGINAL);
	});

	test.skipIf(!canMount)("stays whole on a disk that is full", async () => {
		const file = new ConfiguredFile();
		const disk = join(file.folder, "disk");
		mkdirSync(disk);
		expect(mountAt(disk)).toBe(true);
		try {
			const path = join(disk, "config.yml");
			writeFileSync(path, ORIGINAL);
			const read = await readHostFile(file.host, path);
			const large = "x".repeat(1_000_000);
			const replace = replaceHostFile(file.host, read, large, {
				effective: [],
			});
			await expect(replace).rejects.toMatchObject({ code: "failed" });
			await expect(replace).rejects.toThrow("No space left on device");
			expect(readFileSync(path, "utf8")).toBe(ORIGINAL);
			await replaceHostFile(file.host, read, "new\n", { effective: [] });
			expect(readFileSync(path, "utf8")).toBe("new\n");
		} finally {
			unmount(disk);
		}
	});
});

describe("what is undone", () => {
	test("comes back byte for byte, and nothing is kept any more", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		await file.add("two");
		expect(await file.undo()).toMatchObject({ isMerged: false, left: [] });
		expect(file.text).toBe(ORIGINAL);
		expect(readdirSync(file.folder)).toEqual(["config.yml"]);
		expect(await file.undo()).toMatchObject({ isKept: false });
	});

	test("is only ours when somebody has changed the file since", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		writeFileSync(file.path, `${file.text}theirs\n`);
		expect(await file.undo()).toMatchObject({ isMerged: true, left: [] });
		expect(file.text).toBe(`${ORIGINAL}theirs\n`);
		expect(existsSync(join(file.folder, ".regmigrate"))).toBe(false);
	});

	test("is only ours when somebody changed the file between two changes of ours", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		writeFileSync(file.path, `${file.text}theirs\n`);
		await file.add("two");
		await file.add("three");
		expect(() => file.restore()).toThrow("between regmigrate's changes");
		const plan = await file.planUndo();
		expect(plan).toMatchObject({ isMerged: true });
		expect(plan.text).not.toContain("one");
	});

	test("is named where somebody has changed what is ours; then the original is kept", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		writeFileSync(file.path, file.text.replace("one", "their one"));
		expect(await file.undo()).toMatchObject({ left: ["one"] });
		expect(file.text).toBe(`${ORIGINAL}their one\n`);
		expect(file.kept("original")).toBe(ORIGINAL);
	});

	test("begins anew with the next change", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		await file.undo();
		writeFileSync(file.path, "another\n");
		await file.add("two");
		await file.undo();
		expect(file.text).toBe("another\n");
	});
});

describe("restore.sh", () => {
	test("puts the original back without us, and says what makes it effective", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		chmodSync(file.path, 0o600);
		expect(file.restore()).toContain("\n    restart 'it'\n");
		expect(file.text).toBe(ORIGINAL);
		expect(statSync(file.path).mode & 0o7777).toBe(0o640);
		expect(file.restore()).toContain("is as it was already");
	});

	test("refuses when somebody has changed the file since, unless it is forced", async () => {
		const file = new ConfiguredFile();
		await file.add("one");
		writeFileSync(file.path, "theirs\n");
		expect(() => file.restore()).toThrow("was changed by somebody else");
		expect(file.text).toBe("theirs\n");
		file.restore("--force");
		expect(file.text).toBe(ORIGINAL);
	});

	test.runIf(isRoot)("gives the file back to its owner", async () => {
		const file = new ConfiguredFile();
		chownSync(file.path, 4711, 4712);
		await file.add("one");
		file.restore();
		expect(statSync(file.path)).toMatchObject({ uid: 4711, gid: 4712 });
	});
});
