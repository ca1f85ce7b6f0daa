import { copyFileSync, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { putProgramOnPath } from "../support/program-on-path.ts";
import { ConfiguredFile, ORIGINAL } from "./configured-file.ts";

/** All that changes something on the disk, by its command. */
const COMMANDS = ["mkdir", "cp", "cat", "chmod", "sync", "mv", "rm"];

/**
 * Lets the commands of a script count, and the one of this number end the script instead of doing its work. Answers how
 * many there were.
 */
function endAt(number: number): () => number {
	const script = `
PATH=\${PATH#"\${0%/*}":}
echo >>"\${0%/*}/count"
[ "$(wc -l <"\${0%/*}/count")" != ${number} ] || kill -9 0
exec "\${0##*/}" "$@"`;
	const [first = "", ...others] = COMMANDS;
	const folder = putProgramOnPath(first, script);
	for (const command of others)
		copyFileSync(join(folder, first), join(folder, command));
	return () => readFileSync(join(folder, "count")).length;
}

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
