import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { ConfiguredFile, ORIGINAL } from "./configured-file.ts";
import { endAt } from "./end-at.ts";

test.each([
	{ name: "the first change", earlier: [] },
	{ name: "another change", earlier: ["one"] },
])(
	"$name, ended before any of its commands, leaves the old file or the new one, and the way back",
	async ({ earlier }) => {
		const path = process.env.PATH;
		let number = 1;
		for (let wasEnded = true; wasEnded; number++) {
			const file = new ConfiguredFile();
			for (const line of earlier) await file.add(line);
			const before = file.text;
			const after = `${before}two\n`;
			const counted = endAt(number);
			// Ended or not: what is left counts.
			await file.add("two").catch(() => undefined);
			wasEnded = counted() >= number;
			process.env.PATH = path;
			const where = `before command ${number}`;
			expect([before, after], where).toContain(file.text);
			if (file.text !== ORIGINAL)
				expect(file.kept("original"), where).toBe(ORIGINAL);
			// By turns at once, and after it was gone on with, as if nothing had been.
			if (number % 2 === 0) {
				await file.add("three");
				expect(file.text, where).toMatch(/three\n$/);
			}
			expect(await file.undo(), where).toMatchObject({ isMerged: false });
			expect(file.text, where).toBe(ORIGINAL);
			expect(existsSync(join(file.folder, ".regmigrate")), where).toBe(false);
		}
		expect(number).toBeGreaterThan(15);
	},
);

test.each([
	{ name: "the first acceptance", lines: ["one"], later: undefined },
	{ name: "the second one", lines: ["one"], later: "open" },
	{
		name: "the first one of a file that was left alone",
		lines: [],
		later: undefined,
	},
])(
	"$name, ended before any of its commands, loses no original, and ends right when it is repeated",
	async ({ lines, later }) => {
		const path = process.env.PATH;
		let number = 1;
		for (let wasEnded = true; wasEnded; number++) {
			const file = new ConfiguredFile();
			for (const line of lines) await file.add(line);
			if (later !== undefined) {
				await file.accept();
				await file.add(later);
			}
			const accepted = file.text;
			const counted = endAt(number);
			await file.accept().catch(() => undefined);
			wasEnded = counted() >= number;
			process.env.PATH = path;
			const where = `before command ${number}`;
			expect(file.text, where).toBe(accepted);
			if (lines.length > 0)
				expect(
					[file.kept("original"), file.putAside("original")],
					where,
				).toContain(ORIGINAL);
			await file.accept();
			expect(file.putAside("accepted"), where).toBe(accepted);
			expect(file.kept("original"), where).toBeUndefined();
			expect(await file.planUndo(), where).toMatchObject({
				...{ text: accepted, isKept: false },
			});
			if (lines.length === 0) continue;
			expect(await file.goBack("read-only"), where).toMatchObject({
				isMerged: false,
			});
			await file.goBack();
			expect(file.text, where).toBe(ORIGINAL);
		}
		expect(number).toBeGreaterThan(10);
	},
);
