import { chmodSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { ConfiguredFile, ORIGINAL } from "./configured-file.ts";

/** A file that was switched while it was read-only, and accepted before and after it was opened, as a cutover does. */
async function cutOver(): Promise<ConfiguredFile> {
	const file = new ConfiguredFile();
	await file.add("read-only");
	await file.add("target");
	await file.accept();
	await file.add("open");
	await file.accept();
	return file;
}

const ACCEPTED = `${ORIGINAL}read-only\ntarget\nopen\n`;

describe("a file that was accepted", () => {
	test("is what there is to go back to; what was before is put aside, for its owner only", async () => {
		const file = await cutOver();
		expect(file.text).toBe(ACCEPTED);
		expect(await file.planUndo()).toMatchObject({
			...{ text: ACCEPTED, isKept: false },
		});
		expect(file.putAside("original")).toBe(ORIGINAL);
		expect(file.putAside("accepted")).toBe(ACCEPTED);
		expect(file.putAside("mixed")).toBeUndefined();
		const folder = join(file.folder, ".regmigrate/config.yml.before-it");
		expect(statSync(folder).mode & 0o7777).toBe(0o700);
		await file.add("later");
		await file.undo();
		expect(file.text).toBe(ACCEPTED);
	});

	test("is that of the last time that it was accepted", async () => {
		const file = await cutOver();
		await file.accept();
		expect(file.putAside("accepted")).toBe(ACCEPTED);
		await file.add("more");
		await file.accept();
		expect(file.putAside("original")).toBe(ORIGINAL);
		expect(file.putAside("accepted")).toBe(`${ACCEPTED}more\n`);
	});

	test("is another one under another name", async () => {
		const file = await cutOver();
		await file.add("elsewhere");
		await file.accept("again");
		expect(file.putAside("original")).toBe(ORIGINAL);
		expect(file.putAside("accepted")).toBe(ACCEPTED);
		expect(file.putAside("original", "again")).toBe(ACCEPTED);
	});
});

describe("the way back to what was put aside", () => {
	test("is byte for byte, also by way of a step of ours in between", async () => {
		const file = await cutOver();
		await file.add("read-only again");
		const between = await file.goBack("still read-only");
		expect(between.isMerged).toBe(false);
		expect(file.text).toBe(`${ORIGINAL}still read-only\n`);
		// Until it is gone to its end, there is a way forward again.
		expect((await file.planUndo()).text).toBe(ACCEPTED);
		expect((await file.goBack()).isMerged).toBe(false);
		expect(file.text).toBe(ORIGINAL);
		expect((await file.planUndo()).isKept).toBe(false);
	});

	test("is gone already when it is asked for again", async () => {
		const file = await cutOver();
		await file.goBack();
		expect(await file.goBack()).toMatchObject({
			...{ text: ORIGINAL, isMerged: false },
		});
	});

	test("keeps what others have changed since, before the way back and on it", async () => {
		const file = await cutOver();
		writeFileSync(file.path, `theirs\n${file.text}`);
		await file.add("read-only again");
		expect((await file.goBack("still read-only")).isMerged).toBe(true);
		expect(file.text).toBe(`theirs\n${ORIGINAL}still read-only\n`);
		writeFileSync(file.path, `${file.text}more of theirs\n`);
		expect((await file.goBack()).isMerged).toBe(true);
		expect(file.text).toBe(`theirs\n${ORIGINAL}more of theirs\n`);
		expect((await file.goBack()).text).toBe(file.text);
	});

	test.each([
		["before the first acceptance", 0],
		["between the two", 1],
		["at the last moment before the second", 2],
	])(
		"keeps what others have changed %s, which the original lacks",
		async (_, when) => {
			const file = new ConfiguredFile();
			const change = (now: number) => {
				if (now === when) writeFileSync(file.path, `theirs\n${file.text}`);
			};
			await file.add("target");
			change(0);
			await file.accept();
			change(1);
			await file.add("open");
			change(2);
			await file.accept();
			expect((await file.goBack()).isMerged).toBe(true);
			expect(file.text).toBe(`theirs\n${ORIGINAL}`);
		},
	);

	test("is refused where others have changed what is ours", async () => {
		const file = await cutOver();
		const text = file.text.replace("target\n", "another target\n");
		writeFileSync(file.path, text);
		await file.add("read-only again");
		const plan = file.planRestore();
		await expect(plan).rejects.toMatchObject({ code: "changed" });
		await expect(plan).rejects.toThrow(
			"target, which regmigrate had set, was changed by somebody else",
		);
		expect(file.text).toBe(`${text}read-only again\n`);
	});

	test("is refused where nothing is kept under that name, or no original", async () => {
		const file = await cutOver();
		const refusal = { code: "not-found" };
		await expect(file.planRestore("other")).rejects.toMatchObject(refusal);
		const untouched = new ConfiguredFile();
		await untouched.accept();
		await expect(untouched.planRestore()).rejects.toMatchObject(refusal);
	});
});

describe("the restore.sh of what is put aside", () => {
	const folder = "config.yml.before-it";

	test("puts the file back, and says what it then lacks", async () => {
		const file = await cutOver();
		chmodSync(file.path, 0o600);
		const said = file.restoreIn(folder);
		expect(said).toContain("it lacks what was pushed since");
		expect(said).toContain("\n    restart 'it'\n");
		expect(file.text).toBe(ORIGINAL);
		expect(statSync(file.path).mode & 0o7777).toBe(0o640);
		// And it is known as such.
		expect(await file.planRestore()).toMatchObject({
			...{ text: ORIGINAL, isMerged: false },
		});
	});

	test("refuses what is no longer as it was accepted, unless it is forced", async () => {
		const file = await cutOver();
		await file.add("read-only again");
		const { text } = file;
		expect(() => file.restoreIn(folder)).toThrow(
			"since the registry was moved",
		);
		expect(file.text).toBe(text);
		file.restoreIn(folder, "--force");
		expect(file.text).toBe(ORIGINAL);
	});

	test("says so where there is no original", async () => {
		const file = new ConfiguredFile();
		await file.accept();
		expect(() => file.restoreIn(folder)).toThrow("No original of");
	});
});
