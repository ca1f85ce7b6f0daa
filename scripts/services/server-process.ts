import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import { dirname } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { atEnd } from "./at-end.ts";
import { quietEnvironment } from "./environment.ts";
import { boundToParent } from "./parent-death.ts";
import { groupEnvironment } from "./process-group.ts";

/** When a server ends: with us at the latest (`process`), or when somebody ends the group that it belongs to. */
export type Lifetime = "process" | { readonly group: string };

/** A program to start that runs until it is ended. */
export interface ProcessCommand {
	/** What people call it, for messages. */
	readonly product: string;
	readonly command: string;
	readonly arguments: readonly string[];
	readonly environment?:
		| Readonly<Record<string, string | undefined>>
		| undefined;
	/** Gets the program's output; what was in it before is lost. */
	readonly logFile: string;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** A server to start. */
export interface ServerCommand extends ProcessCommand {
	/** Its port on 127.0.0.1; or, where it chooses its own and logs it, what finds that in the log (first group). */
	readonly port: number | RegExp;
	/** A path that answers with a status below 400 when the server is ready. */
	readonly readyPath: string;
	/** Default http. A certificate for https must be one that this process trusts. */
	readonly scheme?: "http" | "https" | undefined;
}

/** A program that runs, and is ready. */
export interface RunningProcess {
	readonly pid: number;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** A server that answers. */
export interface ServerProcess extends RunningProcess {
	readonly port: number;
	readonly logFile: string;
}

const START_TIMEOUT_MS = 30_000;
const GRACE_MS = 5000;
const POLL_MS = 25;
const LOG_TAIL_LINES = 15;

/** Starts a server and waits until it answers; throws as `startProcess` does. */
export async function startServer(
	server: ServerCommand,
): Promise<ServerProcess> {
	const { logFile, readyPath, scheme = "http" } = server;
	let port = typeof server.port === "number" ? server.port : 0;
	const isReady = async () => {
		if (typeof server.port !== "number") {
			const found = server.port.exec(await readFile(logFile, "utf8"))?.[1];
			if (found === undefined) return false;
			port = Number(found);
		}
		return await answers(`${scheme}://127.0.0.1:${port}${readyPath}`);
	};
	const running = await startProcess(server, isReady);
	return { ...running, port, logFile };
}

/** Starts a program and waits until it is ready; throws with the end of its log when it is not, and leaves nothing running. */
export async function startProcess(
	program: ProcessCommand,
	isReady: () => Promise<boolean>,
): Promise<RunningProcess> {
	const { child, release } = await launch(program);
	const stop = () => stopChild(child);
	try {
		await waitUntilReady(program, child, isReady);
		if (child.pid === undefined) throw new Error("it has no process id");
		if (program.lifetime !== undefined && program.lifetime !== "process") {
			release();
			child.unref();
		}
		return { pid: child.pid, stop };
	} catch (error) {
		await stop();
		const reason = error instanceof Error ? error.message : String(error);
		const tail = await logTail(program.logFile);
		throw new Error(`Cannot start ${program.product}: ${reason}\n${tail}`, {
			cause: error,
		});
	}
}

/** A child, and how to stop seeing to it that it does not outlive us. */
interface Launched {
	readonly child: ChildProcess;
	readonly release: () => void;
}

async function launch(server: ProcessCommand): Promise<Launched> {
	const { command, lifetime = "process" } = server;
	const isOurs = lifetime === "process";
	const [file, fileArguments] = isOurs
		? await boundToParent("KILL", command, server.arguments)
		: [command, server.arguments];
	await using log = await open(server.logFile, "w");
	const child = spawn(file, fileArguments, {
		stdio: ["ignore", log.fd, log.fd],
		env: quietEnvironment({
			...server.environment,
			...(isOurs ? {} : groupEnvironment(lifetime.group)),
		}),
		cwd: dirname(server.logFile),
		detached: !isOurs,
	});
	// Without a listener a failed start would be an uncaught error; waitUntilReady reports it.
	child.on("error", () => undefined);
	const release = atEnd(() => child.kill("SIGKILL"));
	child.once("exit", release);
	return { child, release };
}

async function waitUntilReady(
	{ command }: ProcessCommand,
	child: ChildProcess,
	isReady: () => Promise<boolean>,
): Promise<void> {
	const deadline = performance.now() + START_TIMEOUT_MS;
	while (performance.now() < deadline) {
		if (child.pid === undefined) throw new Error(`${command} cannot be run`);
		if (hasExited(child))
			throw new Error(
				`it ended with ${child.signalCode ?? `exit code ${child.exitCode}`}`,
			);
		if (await isReady()) return;
		await sleep(POLL_MS);
	}
	throw new Error(
		`it does not answer after ${START_TIMEOUT_MS / 1000} seconds`,
	);
}

/** Whether a URL is answered with a status below 400, and as the server that is meant would. */
export async function answers(
	url: string,
	isMeant: (response: Response) => boolean = () => true,
): Promise<boolean> {
	try {
		const response = await fetch(url, { signal: AbortSignal.timeout(2000) });
		await response.body?.cancel();
		return response.status < 400 && isMeant(response);
	} catch {
		// Not yet listening.
		return false;
	}
}

async function stopChild(child: ChildProcess): Promise<void> {
	if (child.pid === undefined || hasExited(child)) return;
	const exited = once(child, "exit");
	child.kill("SIGTERM");
	const timer = setTimeout(() => child.kill("SIGKILL"), GRACE_MS);
	try {
		await exited;
	} finally {
		clearTimeout(timer);
	}
}

function hasExited(child: ChildProcess): boolean {
	return child.exitCode !== null || child.signalCode !== null;
}

async function logTail(logFile: string): Promise<string> {
	const log = await readFile(logFile, "utf8");
	// A Go program that panics says why above its stack.
	const words = log.split("\ngoroutine ", 1).join("").trimEnd();
	return words.split("\n").slice(-LOG_TAIL_LINES).join("\n");
}
