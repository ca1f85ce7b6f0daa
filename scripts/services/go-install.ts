import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { atEnd } from "./at-end.ts";
import { cacheFolder } from "./cache-folder.ts";
import { findExecutable } from "./find-executable.ts";
import { builtToolFolder } from "./find-tool.ts";
import { runCommand } from "./run-command.ts";
import type { Tool } from "./tools.ts";

/**
 * Builds a program into our cache with `go install`; the reason when that is not possible.
 * The result is put in place whole, in one step: a build that is interrupted leaves nothing that could be taken for one,
 * two at once do not disturb each other, and what is there already and does not run is replaced.
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
	const callOff = atEnd(() =>
		rmSync(buildFolder, { recursive: true, force: true, maxRetries: 5 }),
	);
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
		await mkdir(folder, { recursive: true });
		await rename(join(buildFolder, tool.binary), join(folder, tool.binary));
		return undefined;
	} finally {
		callOff();
		await rm(buildFolder, { recursive: true, force: true });
	}
}

function lastLine(output: string): string {
	return output.trim().split("\n").at(-1) ?? "it said nothing";
}
