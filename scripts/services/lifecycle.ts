import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { FoundTool } from "./find-tool.ts";
import { endProcess, identifyProcess, isRunning } from "./process-identity.ts";
import { filesystemStorage, startRegistry } from "./registry.ts";
import { s3Environment, startS3 } from "./s3.ts";
import {
	type RunningServer,
	readState,
	removeState,
	type ServicesState,
	writeState,
} from "./state.ts";

/** The servers of an earlier start that still run; undefined when there are none. */
export async function runningServices(): Promise<ServicesState | undefined> {
	const state = await readState();
	if (state === undefined) return undefined;
	const servers: RunningServer[] = [];
	for (const server of state.servers)
		if (await isRunning(server.process)) servers.push(server);
	return servers.length === 0 ? undefined : { folder: state.folder, servers };
}

/** Starts an S3 server and each registry that was found, to run on after us; ends them again when one fails. */
export async function startServices(
	tools: readonly FoundTool[],
): Promise<ServicesState> {
	await stopServices();
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-services-"));
	const servers: RunningServer[] = [];
	await writeState({ folder, servers });
	try {
		for (const start of [startBucketServer, ...registryStarters(tools)]) {
			servers.push(await start(folder));
			// After every one: what a crash leaves running can still be stopped.
			await writeState({ folder, servers });
		}
	} catch (error) {
		await stopServices();
		throw error;
	}
	return { folder, servers };
}

/** Ends every server of the last start, removes its folder, and answers how many there were to end. */
export async function stopServices(): Promise<number> {
	const state = await readState();
	if (state === undefined) return 0;
	const ended = await Promise.all(
		state.servers.map((server) => endProcess(server.process)),
	);
	await rm(state.folder, { recursive: true, force: true });
	await removeState();
	return ended.filter((wasRunning) => wasRunning).length;
}

async function startBucketServer(folder: string): Promise<RunningServer> {
	const server = await startS3({
		directory: join(folder, "s3"),
		lifetime: "detached",
	});
	const variables = Object.entries(s3Environment(server)).map(
		([name, value]) => `export ${name}=${value}`,
	);
	return describe(`S3: ${server.product} ${server.version}`, server, [
		`endpoint ${server.endpoint}`,
		`log ${server.logFile}`,
		...variables,
	]);
}

function registryStarters(
	tools: readonly FoundTool[],
): ((folder: string) => Promise<RunningServer>)[] {
	const versions = (["3", "2"] as const).filter((version) =>
		tools.some(({ name }) => name === `registry-${version}`),
	);
	return versions.map((version) => async (folder) => {
		const directory = join(folder, `registry-${version}`);
		const root = join(directory, "storage");
		const server = await startRegistry({
			version,
			storage: filesystemStorage(root),
			directory,
			lifetime: "detached",
		});
		return describe(`registry: ${server.product} ${server.version}`, server, [
			`address ${server.host}`,
			`storage ${root}`,
			`config ${server.configFile}`,
			`log ${server.logFile}`,
		]);
	});
}

async function describe(
	title: string,
	server: { readonly pid: number; stop(): Promise<void> },
	lines: readonly string[],
): Promise<RunningServer> {
	const identity = await identifyProcess(server.pid);
	if (identity !== undefined) return { title, lines, process: identity };
	// What cannot be recognised later could never be stopped.
	await server.stop();
	throw new Error(
		`${title} ended right after its start, or this system has no /proc`,
	);
}
