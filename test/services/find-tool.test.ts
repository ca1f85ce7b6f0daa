import {
	chmodSync,
	mkdirSync,
	mkdtempSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, onTestFinished, test, vi } from "vitest";
import { builtToolFolder } from "../../scripts/services/find-tool.ts";
import { toolNamed } from "../../scripts/services/tools.ts";

const tool = toolNamed("registry-3");
let bin = "";

beforeEach(() => {
	const root = mkdtempSync(join(tmpdir(), "regmigrate-tools-"));
	bin = join(root, "bin");
	vi.stubEnv("PATH", bin);
	vi.stubEnv("REGMIGRATE_SERVICES_CACHE", join(root, "cache"));
	// What was found once is remembered.
	vi.resetModules();
	onTestFinished(() => {
		vi.unstubAllEnvs();
		rmSync(root, { recursive: true });
	});
});

async function find() {
	const { findTool } = await import("../../scripts/services/find-tool.ts");
	return await findTool(tool.name);
}

function program(folder: string, content: string): string {
	mkdirSync(folder, { recursive: true });
	const path = join(folder, tool.binary);
	writeFileSync(path, content);
	chmodSync(path, 0o755);
	return path;
}

function saying(version: string): string {
	return `#!/bin/sh\necho 'registry github.com/distribution/distribution/v3 ${version}'\n`;
}

test("findTool › finds nothing where there is nothing", async () => {
	expect(await find()).toBeUndefined();
});

test("findTool › finds a program on the PATH, with the version that it says", async () => {
	const path = program(bin, saying("v3.0.0"));
	expect(await find()).toMatchObject({ path, version: "3.0.0" });
});

test("findTool › prefers the version that is built, by the name that it was asked for", async () => {
	program(bin, saying("v3.0.0"));
	const path = program(builtToolFolder(tool) ?? "", saying("v3.1.2+unknown"));
	expect(await find()).toMatchObject({ path, version: "3.1.2" });
});

test.for([
	["was cut short", ""],
	["was cut in its middle", "\x7fELF\x02\x01"],
	["is no longer what it was", "#!/bin/sh\nexit 1\n"],
])("findTool › takes no built program that %s", async ([, content = ""]) => {
	program(builtToolFolder(tool) ?? "", content);
	expect(await find()).toBeUndefined();
});

test("findTool › takes no other program of the same name", async () => {
	program(bin, "#!/bin/sh\necho registry of deeds 3.1.2\n");
	expect(await find()).toBeUndefined();
});
