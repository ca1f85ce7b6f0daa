import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import { findExecutable, isExecutable } from "./find-executable.ts";
import { runCommand } from "./run-command.ts";
import { type Tool, type ToolName, toolNamed } from "./tools.ts";

/** A program that is there and can be run. */
export interface FoundTool {
	readonly name: ToolName;
	readonly product: string;
	readonly version: string;
	/** Where its executable is. */
	readonly path: string;
}

/** Finds a program in our cache or on the PATH; builds and installs nothing. */
export async function findTool(name: ToolName): Promise<FoundTool | undefined> {
	const tool = toolNamed(name);
	return (await findBuilt(tool)) ?? (await findOnPath(tool));
}

/** Like `findTool`, for code that cannot go on without it: throws a sentence that says how to get it. */
export async function requireTool(name: ToolName): Promise<FoundTool> {
	const found = await findTool(name);
	if (found !== undefined) return found;
	throw new Error(
		`${toolNamed(name).product} was not found; npm run services -- install gets it`,
	);
}

/** The folder of our cache for a program that we build, one for each version. */
export function builtToolFolder(tool: Tool): string | undefined {
	return tool.source.kind === "go"
		? join(cacheFolder(), `${tool.name}-${tool.source.version}`)
		: undefined;
}

async function findBuilt(tool: Tool): Promise<FoundTool | undefined> {
	const folder = builtToolFolder(tool);
	if (folder === undefined || tool.source.kind !== "go") return undefined;
	const path = join(folder, tool.binary);
	if (!(await isExecutable(path))) return undefined;
	return {
		name: tool.name,
		product: tool.product,
		version: tool.source.version.replace(/^v/, ""),
		path,
	};
}

async function findOnPath(tool: Tool): Promise<FoundTool | undefined> {
	const path = await findExecutable(tool.binary);
	if (path === undefined) return undefined;
	const { stdout, stderr } = await runCommand(path, ["--version"]);
	const version = tool.versionPattern.exec(`${stdout}\n${stderr}`)?.[1];
	return version === undefined
		? undefined
		: { name: tool.name, product: tool.product, version, path };
}
