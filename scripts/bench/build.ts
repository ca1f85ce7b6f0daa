import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findExecutable } from "../services/find-executable.ts";
import { runCommand } from "../services/run-command.ts";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** What the build is made of. */
const SOURCES = ["src", "commands", "package.json", "tsconfig.build.json"];

/** The built executable; it is built when it is absent, or older than its source. */
export async function provideBuild(): Promise<string> {
	const executable = join(ROOT, "dist/src/bin.js");
	if (modifiedMs(executable) >= Math.max(...SOURCES.map(newestMs)))
		return executable;
	const npm = await findExecutable("npm");
	if (npm === undefined) throw new Error("npm, which builds it, was not found");
	const { exitCode, stdout, stderr } = await runCommand(npm, ["run", "build"], {
		directory: ROOT,
	});
	if (exitCode !== 0) throw new Error(`The build failed:\n${stdout}${stderr}`);
	if (modifiedMs(executable) === 0)
		throw new Error(`The build made no ${executable}`);
	return executable;
}

function newestMs(name: string): number {
	const path = join(ROOT, name);
	if (!statSync(path).isDirectory()) return modifiedMs(path);
	const times = readdirSync(path, { recursive: true, encoding: "utf8" }).map(
		(below) => modifiedMs(join(path, below)),
	);
	return Math.max(0, ...times);
}

function modifiedMs(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}
