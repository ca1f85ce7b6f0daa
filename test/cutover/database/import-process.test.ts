import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { importsOn } from "../../../src/cutover/database/import-process.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { temporaryFolder } from "../../registry/support/temporary-folder.ts";

/** What a host tells of its processes: the words of each, by its id. A real one would be found by other tests, too. */
function processes(words: Readonly<Record<string, readonly string[]>>): string {
	const folder = temporaryFolder();
	for (const [pid, line] of Object.entries(words)) {
		mkdirSync(join(folder, pid));
		writeFileSync(join(folder, pid, "cmdline"), `${line.join("\0")}\0`);
	}
	return folder;
}

test("imports into a database are found among a host's processes", async () => {
	const folder = processes({
		"1": ["/sbin/init"],
		"20": ["/opt/gitlab/embedded/bin/registry", "serve", "config.yml"],
		"31": ["registry", "database", "import", "--step-two", "config.yml"],
		"32": [
			"/bin/ruby",
			"/opt/gitlab/bin/gitlab-ctl",
			"registry-database",
			"import",
		],
		"40": ["registry", "database", "migrate", "up", "config.yml"],
		"41": ["gitlab-ctl", "registry-database", "gc-stats"],
		"50": ["psql", "--command", "import database import"],
	});
	expect(await importsOn(localHost, {}, folder)).toEqual(["31", "32"]);
});

test("what looks for them does not find itself", async () => {
	expect(await importsOn(localHost, {})).toEqual([]);
});
