import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Makes a folder that goes with the test, whatever was fenced in it. */
export async function temporaryFolder(): Promise<string> {
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-e2e-"));
	onTestFinished(async () => {
		spawnSync("sh", ["-c", UNFENCE, "sh", folder], { stdio: "ignore" });
		await rm(folder, { recursive: true, force: true });
	});
	return folder;
}

const UNFENCE = 'chattr -R -i "$1"; chmod -R u+w "$1"; true';
