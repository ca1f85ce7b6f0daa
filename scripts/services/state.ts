import { rmSync } from "node:fs";
import { link, mkdir, readFile, rename, rm, writeFile } from "node:fs/promises";
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
	/** Who started them, and may still be starting more. */
	readonly starter: ProcessIdentity;
	/** The temporary folder with everything that the servers keep. Its name is the name of their process group. */
	readonly folder: string;
	readonly servers: readonly RunningServer[];
}

/** What the last `services start` wrote; undefined when there is nothing to stop. */
export async function readState(): Promise<ServicesState | undefined> {
	let json: string;
	try {
		json = await readFile(stateFile(), "utf8");
	} catch (error) {
		if (hasCode(error, "ENOENT")) return undefined;
		throw error;
	}
	const value = parsed(json);
	if (isState(value)) return value;
	throw new Error(
		`${stateFile()} was not written by this version; end its processes by hand and remove it`,
	);
}

/** Writes the first state of a start; answers false when there is one already, which stays as it is. */
export async function createState(state: ServicesState): Promise<boolean> {
	const draft = await writeDraft(state);
	try {
		await link(draft, stateFile());
		return true;
	} catch (error) {
		if (hasCode(error, "EEXIST")) return false;
		throw error;
	} finally {
		await rm(draft, { force: true });
	}
}

/** Replaces the state as a whole, so that a crash leaves the old or the new one. */
export async function writeState(state: ServicesState): Promise<void> {
	await rename(await writeDraft(state), stateFile());
}

async function writeDraft(state: ServicesState): Promise<string> {
	await mkdir(cacheFolder(), { recursive: true });
	const draft = `${stateFile()}.${process.pid}`;
	const json = `${JSON.stringify(state, undefined, 2)}\n`;
	await writeFile(draft, json, { mode: 0o600 });
	return draft;
}

/** Forgets the state. Synchronous, because it is also done on the way out of a process. */
export function removeState(): void {
	rmSync(stateFile(), { force: true });
}

function stateFile(): string {
	return join(cacheFolder(), "state.json");
}

function parsed(json: string): unknown {
	try {
		return JSON.parse(json);
	} catch {
		// Not JSON at all is not a state either.
		return undefined;
	}
}

function isState(value: unknown): value is ServicesState {
	return (
		isRecord(value) &&
		typeof value.folder === "string" &&
		isIdentity(value.starter) &&
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
		isIdentity(value.process)
	);
}

function isIdentity(value: unknown): value is ProcessIdentity {
	return (
		isRecord(value) &&
		typeof value.pid === "number" &&
		typeof value.startTime === "string"
	);
}

function isRecord(value: unknown): value is Record<string, unknown> {
	return typeof value === "object" && value !== null;
}

function hasCode(error: unknown, code: string): boolean {
	return error instanceof Error && "code" in error && error.code === code;
}
