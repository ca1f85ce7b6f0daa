import { mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { cacheFolder } from "./cache-folder.ts";
import type { ProcessIdentity } from "./process-identity.ts";

/** A server that `services start` left running. */
export interface RunningServer {
	/** The printed heading: what it is. */
	readonly title: string;
	/** The printed lines below: where it is, and how it is reached. */
	readonly lines: readonly string[];
	readonly process: ProcessIdentity;
}

/** What `services start` left behind, and `services stop` takes away. */
export interface ServicesState {
	/** The temporary folder with everything that the servers keep. */
	readonly folder: string;
	readonly servers: readonly RunningServer[];
}

/** What the last `services start` wrote; undefined when there is nothing to stop. */
export async function readState(): Promise<ServicesState | undefined> {
	let json: string;
	try {
		json = await readFile(stateFile(), "utf8");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT")
			return undefined;
		throw error;
	}
	const value: unknown = JSON.parse(json);
	if (isState(value)) return value;
	throw new Error(
		`${stateFile()} was not written by this version; end its processes by hand and remove it`,
	);
}

/** Replaces the state as a whole, so that a crash leaves the old or the new one. */
export async function writeState(state: ServicesState): Promise<void> {
	await mkdir(cacheFolder(), { recursive: true });
	const draft = `${stateFile()}.${process.pid}`;
	await writeFile(draft, `${JSON.stringify(state, undefined, 2)}\n`, {
		mode: 0o600,
	});
	await rename(draft, stateFile());
}

/** Forgets the state. */
export async function removeState(): Promise<void> {
	await rm(stateFile(), { force: true });
}

function stateFile(): string {
	return join(cacheFolder(), "state.json");
}

function isState(value: unknown): value is ServicesState {
	return (
		isRecord(value) &&
		typeof value.folder === "string" &&
		Array.isArray(value.servers) &&
		value.servers.every(isServer)
	);
}

function isServer(value: unknown): value is RunningServer {
	return (
		isRecord(value) &&
		typeof value.title === "string" &&
		Array.isArray(value.lines) &&
		value.lines.every((line) => typeof line === "string") &&
		isRecord(value.process) &&
		typeof value.process.pid === "number" &&
		typeof value.process.startTime === "string"
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}
