import { mkdtempDisposableSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { measure } from "../../scripts/bench/measure.ts";

test("measure › counts what a command and its children read, and keeps its exit code and output", async () => {
	using folder = mkdtempDisposableSync(join(tmpdir(), "regmigrate-measure-"));
	const file = join(folder.path, "file");
	const bytes = 20 * 2 ** 20;
	writeFileSync(file, Buffer.alloc(bytes));
	const script = 'cat "$0" >/dev/null; cat "$0" >/dev/null; echo said; exit 3';
	const { exitCode, output, readBytes } = await measure(
		{
			executable: "/bin/sh",
			arguments: ["-c", script, file],
			environment: process.env,
		},
		{
			logFile: join(folder.path, "log"),
			signal: new AbortController().signal,
		},
	);
	expect(exitCode).toBe(3);
	expect(output).toBe("said");
	expect(readBytes).toBeGreaterThanOrEqual(2 * bytes);
	// Programs and libraries are read, too.
	expect(readBytes).toBeLessThan(2.05 * bytes);
});
