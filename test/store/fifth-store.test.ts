import { spawnSync } from "node:child_process";
import {
	cpSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

const FOLDER = `
import { MemoryStore } from "../memory.ts";

export function open() {
	return new MemoryStore();
}
`;

const LINE =
	'\tmem: { form: "mem://NAME", load: () => import("./mem/open.ts") },\n';

test("a fifth store is one folder and one line of open.ts: all the program takes it", () => {
	const copy = mkdtempSync(join(tmpdir(), "regmigrate-fifth-"));
	onTestFinished(() => rmSync(copy, { recursive: true }));
	for (const name of ["src", "commands", "package.json"])
		cpSync(join(ROOT, name), join(copy, name), { recursive: true });
	symlinkSync(join(ROOT, "node_modules"), join(copy, "node_modules"));
	mkdirSync(join(copy, "src/store/mem"));
	writeFileSync(join(copy, "src/store/mem/open.ts"), FOLDER);
	const table = join(copy, "src/store/open.ts");
	const before = readFileSync(table, "utf8");
	writeFileSync(table, before.replace("const KINDS = {\n", `$&${LINE}`));

	const source = join(copy, "registry");
	mkdirSync(source);
	const { files } = writeSampleRegistry(source, {
		repositories: 1,
		tagsPerRepository: 1,
	});
	const run = (...argv: readonly string[]) =>
		spawnSync(process.execPath, [join(copy, "src/bin.ts"), ...argv], {
			encoding: "utf8",
			env: { ...process.env, XDG_STATE_HOME: join(copy, "state") },
		});
	expect(run("sync", "--help").stdout).toContain("mem://NAME");
	expect(run("sync", source, "mem://x")).toMatchObject({
		status: 0,
		stdout: expect.stringContaining(`Copied ${files} objects`),
	});
});
