import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { importsOn } from "../../../src/cutover/database/import-process.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";

/** Runs a program of this name with these words, until the test has ended. Resolves with its id. */
async function running(name: string, words: readonly string[]) {
	const path = join(temporaryFolder(), name);
	writeFileSync(path, "#!/bin/sh\necho runs\nread line\n");
	chmodSync(path, 0o755);
	const child = spawn(path, words, { stdio: ["pipe", "pipe", "ignore"] });
	onTestFinished(() => void child.kill());
	await once(child.stdout, "data");
	return String(child.pid);
}

test.each([
	["registry", ["database", "import", "--step-two", "config.yml"], true],
	["gitlab-ctl", ["registry-database", "import"], true],
	["registry", ["serve", "config.yml"], false],
	["registry", ["database", "migrate", "up"], false],
	["gitlab-ctl", ["registry-database", "gc-stats"], false],
])("%s %j is an import: %s", async (name, words, isImport) => {
	const pid = await running(name, words);
	const found = await importsOn(localHost, {});
	expect(found.includes(pid)).toBe(isImport);
});
