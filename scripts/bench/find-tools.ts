import { findExecutable, isExecutable } from "../services/find-executable.ts";
import { runCommand } from "../services/run-command.ts";
import { provideBuild } from "./build.ts";
import type { BenchOptions } from "./options.ts";
import { type BenchTool, OURS, ourTool, PEERS } from "./tools.ts";

/** A tool that is there. */
export interface FoundBenchTool {
	readonly tool: BenchTool;
	readonly executable: string;
	readonly version: string;
}

/** The tools that are there, ours first. Throws when one that was named is not. */
export async function findTools(
	options: Pick<BenchOptions, "tools" | "toolPaths">,
): Promise<readonly FoundBenchTool[]> {
	const known = [OURS, ...PEERS.map(({ name }) => name)];
	for (const name of [...(options.tools ?? []), ...options.toolPaths.keys()]) {
		if (!known.includes(name))
			throw new Error(`There is no ${name} here, only ${known.join(", ")}`);
	}
	const isWanted = (name: string) => options.tools?.includes(name) ?? true;
	const found: FoundBenchTool[] = [];
	if (isWanted(OURS)) found.push(await findOurs(options.toolPaths.get(OURS)));
	for (const tool of PEERS.filter(({ name }) => isWanted(name))) {
		const executable =
			options.toolPaths.get(tool.name) ?? (await findExecutable(tool.name));
		if (executable !== undefined && (await isExecutable(executable)))
			found.push(await identify(tool, executable));
		else if (options.tools !== undefined || executable !== undefined)
			throw new Error(
				`${executable ?? tool.name} cannot be run; --tool ${tool.name}=PATH names another`,
			);
	}
	return found;
}

async function findOurs(path: string | undefined): Promise<FoundBenchTool> {
	const tool = ourTool(path ?? (await provideBuild()));
	return await identify(tool, process.execPath);
}

async function identify(
	tool: BenchTool,
	executable: string,
): Promise<FoundBenchTool> {
	const { stdout, stderr, exitCode } = await runCommand(executable, [
		...tool.versionArguments,
	]);
	const version = tool.versionPattern.exec(`${stdout}\n${stderr}`)?.[1];
	if (exitCode !== 0 || version === undefined)
		throw new Error(`${tool.name} does not tell its version: ${stderr}`);
	return { tool, executable, version };
}
