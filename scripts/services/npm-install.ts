import { existsSync, rmSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { atEnd } from "./at-end.ts";
import { cacheFolder } from "./cache-folder.ts";
import { findExecutable } from "./find-executable.ts";
import { builtToolFolder } from "./find-tool.ts";
import { runCommand } from "./run-command.ts";
import type { Tool } from "./tools.ts";

/**
 * Installs a program into our cache by `npm ci`, from the manifest and the lock in a folder beside this file; the reason
 * when that is not possible. Like a build with Go, it is put in place whole, in one step.
 */
export async function npmInstall(
	tool: Tool,
	announce: (sentence: string) => void,
): Promise<string | undefined> {
	const folder = builtToolFolder(tool);
	if (folder === undefined || tool.source.kind !== "npm")
		throw new Error(`${tool.name} is not installed with npm`);
	const npm = await findExecutable("npm");
	if (npm === undefined) return "npm not found";
	announce(
		`Installing ${tool.product} ${tool.source.version}, once; it takes ${tool.source.installTime} …`,
	);
	await mkdir(cacheFolder(), { recursive: true });
	const staging = await mkdtemp(join(cacheFolder(), "installing-"));
	const remove = { recursive: true, force: true, maxRetries: 5 };
	const callOff = atEnd(() => rmSync(staging, remove));
	try {
		for (const file of ["package.json", "package-lock.json"])
			await copyFile(source(tool.source.folder, file), join(staging, file));
		const { exitCode, stderr } = await runCommand(
			npm,
			["ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund"],
			{ directory: staging },
		);
		if (exitCode !== 0) return `npm ci failed: ${complaint(stderr)}`;
		// What is there does not run.
		await rm(folder, remove);
		await rename(staging, folder).catch((error: unknown) => {
			// Another start was faster; its program is as good.
			if (!existsSync(folder)) throw error;
		});
		return undefined;
	} finally {
		callOff();
		await rm(staging, remove);
	}
}

function source(folder: string, file: string): string {
	return fileURLToPath(new URL(`./${folder}/${file}`, import.meta.url));
}

/** npm's own last line only says where its log is. */
function complaint(stderr: string): string {
	const lines = stderr
		.split("\n")
		.map((line) => line.replace(/^npm \S+\s/, ""));
	return lines.find((line) => line.trim() !== "")?.trim() ?? "it said nothing";
}
