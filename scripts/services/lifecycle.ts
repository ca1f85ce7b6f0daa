import { rmSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { atEnd } from "./at-end.ts";
import { createBucket } from "./bucket.ts";
import type { FoundTool } from "./find-tool.ts";
import { processesOf } from "./process-group.ts";
import {
	endProcess,
	identifyProcess,
	isRunning,
	sendSignal,
} from "./process-identity.ts";
import { filesystemStorage, startRegistry } from "./registry.ts";
import { s3Environment, startS3 } from "./s3.ts";
import {
	createState,
	type RunningServer,
	readState,
	removeState,
	type ServicesState,
	writeState,
} from "./state.ts";

/** The bucket that is made with the S3 server, since not everybody has a client that makes one. */
const BUCKET = "registry";

/** The servers of the last start, and which of them still run. */
export interface ServicesStanding {
	readonly folder: string;
	readonly servers: readonly (RunningServer & {
		readonly isRunning: boolean;
	})[];
}

/** The servers of the last start; undefined when none of them runs. Throws while they are being started. */
export async function runningServices(): Promise<ServicesStanding | undefined> {
	const state = await settledState();
	if (state === undefined) return undefined;
	const servers = state.servers.map((server) => ({
		...server,
		isRunning: isRunning(server.process),
	}));
	return servers.some((server) => server.isRunning)
		? { folder: state.folder, servers }
		: undefined;
}

/**
 * Starts an S3 server and each registry that was found, to run on after us. When one cannot be started, or we are
 * ended meanwhile, those that were started end with us.
 */
export async function startServices(
	tools: readonly FoundTool[],
): Promise<ServicesStanding> {
	await stopServices();
	const starter = identifyProcess(process.pid);
	if (starter === undefined)
		throw new Error("Servers can only be left running on a system with /proc");
	const folder = await mkdtemp(join(tmpdir(), "regmigrate-services-"));
	const servers: RunningServer[] = [];
	if (!(await createState({ starter, folder, servers }))) {
		await rm(folder, { recursive: true });
		throw new Error("Another start is under way; wait for it");
	}
	const callOff = atEnd(() => abandon(folder));
	try {
		for (const start of [startBucketServer, ...registryStarters(tools)]) {
			servers.push(await start(folder));
			await writeState({ starter, folder, servers });
		}
	} catch (error) {
		await clear(folder);
		throw error;
	} finally {
		callOff();
	}
	return {
		folder,
		servers: servers.map((server) => ({ ...server, isRunning: true })),
	};
}

/**
 * Ends every server of the last start, also one that it had no time to note, removes its folder, and answers how many
 * there were to end. Throws while they are being started.
 */
export async function stopServices(): Promise<number> {
	const state = await settledState();
	return state === undefined ? 0 : await clear(state.folder);
}

async function settledState(): Promise<ServicesState | undefined> {
	const state = await readState();
	if (state !== undefined && isRunning(state.starter))
		throw new Error(
			`Servers are being started by process ${state.starter.pid}; wait for it, or end it`,
		);
	return state;
}

async function clear(folder: string): Promise<number> {
	const ended = await Promise.all(
		processesOf(folder).map((member) => endProcess(member)),
	);
	await rm(folder, { recursive: true, force: true });
	removeState();
	return ended.filter((wasRunning) => wasRunning).length;
}

/** What `clear` does, on the way out of this process, where there is no time to wait. */
function abandon(folder: string): void {
	for (const member of processesOf(folder)) sendSignal(member, "SIGKILL");
	rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
	removeState();
}

async function startBucketServer(folder: string): Promise<RunningServer> {
	const server = await startS3({
		directory: join(folder, "s3"),
		lifetime: { group: folder },
	});
	const bucket = await createBucket(server, BUCKET);
	const variables = Object.entries(s3Environment(server)).map(
		([name, value]) => `export ${name}=${value}`,
	);
	return describe(`S3: ${server.product} ${server.version}`, server, [
		`bucket '${bucket}'`,
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
			lifetime: { group: folder },
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
	const identity = identifyProcess(server.pid);
	if (identity !== undefined) return { title, lines, process: identity };
	// What cannot be recognised later could never be stopped.
	await server.stop();
	throw new Error(`${title} ended right after its start`);
}
