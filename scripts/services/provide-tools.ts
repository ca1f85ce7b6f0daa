import { canInstallPackages, debianInstall } from "./debian-install.ts";
import { type FoundTool, findTool } from "./find-tool.ts";
import { goInstall } from "./go-install.ts";
import { npmInstall } from "./npm-install.ts";
import { TOOLS, type Tool, type ToolName } from "./tools.ts";

/** A program that could not be had, and why. */
export interface MissingTool {
	readonly name: ToolName;
	readonly product: string;
	/** Completes "not covered: ". */
	readonly covers: string;
	/** A clause in lower case, without a full stop. */
	readonly reason: string;
}

/** What was looked for, sorted into what is there and what is not. */
export interface ProvidedTools {
	readonly found: readonly FoundTool[];
	readonly missing: readonly MissingTool[];
}

/** How far providing may go. */
export interface ProvideOptions {
	/** Whether system packages may be installed; only an operator who asked for it says so. */
	readonly mayChangeSystem: boolean;
	/** Called with one sentence before anything that takes long. */
	readonly announce: (sentence: string) => void;
}

/** Finds every program of the table, and builds or installs what is missing and can be had. */
export async function provideTools(
	options: ProvideOptions,
): Promise<ProvidedTools> {
	await installPackages(options);
	const found: FoundTool[] = [];
	const missing: MissingTool[] = [];
	// One after the other: two builds at once only compete for the same cores.
	for (const tool of TOOLS) {
		const result = (await findTool(tool.name)) ?? (await obtain(tool, options));
		if (typeof result !== "string") found.push(result);
		else
			missing.push({
				name: tool.name,
				product: tool.product,
				covers: tool.covers,
				reason: result,
			});
	}
	return { found, missing };
}

async function installPackages(options: ProvideOptions): Promise<void> {
	if (!options.mayChangeSystem || !(await canInstallPackages())) return;
	const packages: string[] = [];
	for (const { name, source } of TOOLS) {
		if (source.kind === "debian" && (await findTool(name)) === undefined)
			packages.push(...source.packages);
	}
	if (packages.length === 0) return;
	const failure = await debianInstall(packages, options.announce);
	if (failure !== undefined) options.announce(failure);
}

async function obtain(
	tool: Tool,
	options: ProvideOptions,
): Promise<FoundTool | string> {
	if (tool.source.kind === "debian")
		return "not installed; as root: npm run services -- install";
	const install = tool.source.kind === "npm" ? npmInstall : goInstall;
	const failure = await install(tool, options.announce);
	if (failure !== undefined) return failure;
	return (await findTool(tool.name)) ?? "it was built, but cannot be run";
}
