import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { findExecutable, isExecutable } from "./find-executable.ts";
import { builtToolFolder } from "./find-tool.ts";
import { runCommand } from "./run-command.ts";
import type { Tool } from "./tools.ts";

/**
 * Builds a program into our cache with `go install`; the reason when that is not possible.
 * A build that is interrupted leaves nothing that could be taken for a result, and two at once do not disturb each other.
 */
export async function goInstall(
	tool: Tool,
	announce: (sentence: string) => void,
): Promise<string | undefined> {
	const folder = builtToolFolder(tool);
	if (folder === undefined || tool.source.kind !== "go")
		throw new Error(`${tool.name} is not built with Go`);
	const go = await findExecutable("go");
	if (go === undefined) return "Go not found";
	announce(
		`Building ${tool.product} ${tool.source.version}, once; it takes ${tool.source.buildTime} …`,
	);
	await mkdir(cacheFolder(), { recursive: true });
	const buildFolder = await mkdtemp(join(cacheFolder(), "building-"));
	try {
		const { exitCode, stderr } = await runCommand(
			go,
			[
				"install",
				"-trimpath",
				"-ldflags=-s -w",
				`${tool.source.package}@${tool.source.version}`,
			],
			{
				environment: { GOBIN: buildFolder, CGO_ENABLED: "0" },
				directory: buildFolder,
			},
		);
		if (exitCode !== 0) return `go install failed: ${lastLine(stderr)}`;
		await moveInto(buildFolder, folder, tool.binary);
		return undefined;
	} finally {
		await rm(buildFolder, { recursive: true, force: true });
	}
}

async function moveInto(
	buildFolder: string,
	folder: string,
	binary: string,
): Promise<void> {
	try {
		await rename(buildFolder, folder);
	} catch (error) {
		// Another build of the same version was faster: its result is as good as ours.
		if (!(await isExecutable(join(folder, binary)))) throw error;
	}
}

function lastLine(output: string): string {
	return output.trim().split("\n").at(-1) ?? "it said nothing";
}
