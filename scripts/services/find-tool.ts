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

/** What was found once; it is not run again only to ask for its version. */
const known = new Map<ToolName, FoundTool>();

/** Finds a program that runs, in our cache or on the PATH; builds and installs nothing. */
export async function findTool(name: ToolName): Promise<FoundTool | undefined> {
	const tool = toolNamed(name);
	const found =
		known.get(name) ?? (await findBuilt(tool)) ?? (await findOnPath(tool));
	if (found !== undefined) known.set(name, found);
	return found;
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
	return tool.source.kind === "debian"
		? undefined
		: join(cacheFolder(), `${tool.name}-${tool.source.version}`);
}

async function findBuilt(tool: Tool): Promise<FoundTool | undefined> {
	const folder = builtToolFolder(tool);
	if (folder === undefined || tool.source.kind === "debian") return undefined;
	const path =
		tool.source.kind === "npm"
			? join(folder, "node_modules", ".bin", tool.binary)
			: join(folder, tool.binary);
	// It is run, since a file can be cut short by a full disk, or be another machine's.
	if ((await versionOf(tool, path)) === undefined) return undefined;
	// A build calls itself what its makers chose; what was asked for says more.
	const version = tool.source.version.replace(/^v/, "");
	return { name: tool.name, product: tool.product, version, path };
}

async function findOnPath(tool: Tool): Promise<FoundTool | undefined> {
	const path = await findExecutable(tool.binary);
	if (path === undefined) return undefined;
	const version = await versionOf(tool, path);
	return version === undefined
		? undefined
		: { name: tool.name, product: tool.product, version, path };
}

/** The version that a program says it has; undefined when it does not run, or is another program. */
async function versionOf(
	tool: Tool,
	path: string,
): Promise<string | undefined> {
	if (!(await isExecutable(path))) return undefined;
	try {
		const { stdout, stderr } = await runCommand(
			path,
			tool.versionArguments ?? ["--version"],
		);
		return tool.versionPattern.exec(`${stdout}\n${stderr}`)?.[1];
	} catch {
		// The system cannot start it, or it crashed: either way it is of no use.
		return undefined;
	}
}
