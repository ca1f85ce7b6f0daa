import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a folder that goes with the test. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-registry-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}
