import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, readFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { watchDescendants } from "./process-tree.ts";

/** A command line, and what it needs in its environment. */
export interface Command {
	readonly executable: string;
	readonly arguments: readonly string[];
	readonly environment: NodeJS.ProcessEnv;
}

/** What a command took. */
export interface Measurement {
	readonly exitCode: number;
	/** From its start to its end, without what the measuring takes. */
	readonly wallMs: number;
	/** User and system time of its process and of all that it started and waited for. */
	readonly cpuMs: number;
	/** Most memory that its processes held, added up (bytes). */
	readonly peakBytes: number;
	/** What its processes read, of files above all (bytes); undefined where the system does not count it. */
	readonly readBytes: number | undefined;
	/** The end of what it printed. */
	readonly output: string;
}

/** How a command is measured. */
export interface MeasureOptions {
	/** Gets everything that the command prints; /dev/null, where nobody wants it. */
	readonly logFile: string;
	/** Ends the command and all that it started. */
	readonly signal: AbortSignal;
}

/**
 * Bash's `time`, because it reads wait4's figures, in milliseconds, of the command and its descendants; Node does not
 * pass them on, /proc counts in hundredths, and GNU time prints hundredths and is not installed everywhere. What its
 * children have read, the kernel adds to bash's own when it waits for them: some hundred bytes more than theirs.
 */
const TIMED = `TIMEFORMAT='%3R %3U %3S'
{ time "$@" 2>&4 3>&- 4>&-; } 4>&2 2>&3
code=$?
{ while read -r line; do echo "$line"; done < /proc/$$/io; } >&3 2>/dev/null
exit $code`;

const OUTPUT_TAIL_LINES = 8;

/** Runs a command to its end and measures it; throws only when it cannot be measured. */
export async function measure(
	command: Command,
	{ logFile, signal }: MeasureOptions,
): Promise<Measurement> {
	signal.throwIfAborted();
	await using log = await open(logFile, "w");
	const child = spawn(
		"bash",
		["-c", TIMED, "bash", command.executable, ...command.arguments],
		{
			env: { ...command.environment, LC_ALL: "C" },
			stdio: ["ignore", log.fd, log.fd, "pipe"],
			// A process group of its own, so that nothing of it stays when it is ended.
			detached: true,
		},
	);
	const exited = once(child, "exit");
	const { pid } = child;
	const [, , , times] = child.stdio;
	if (pid === undefined || !isReadable(times)) {
		await exited;
		throw new Error("bash cannot be run");
	}
	const end = () => process.kill(-pid, "SIGKILL");
	signal.addEventListener("abort", end);
	try {
		using watch = watchDescendants(pid);
		const [printed] = await Promise.all([text(times), exited]);
		signal.throwIfAborted();
		return {
			exitCode: child.exitCode ?? -1,
			...parseTimes(printed),
			readBytes: parseReadBytes(printed),
			peakBytes: watch.peakBytes(),
			output: await tail(logFile),
		};
	} finally {
		signal.removeEventListener("abort", end);
	}
}

function isReadable(stream: unknown): stream is Readable {
	return typeof stream === "object" && stream !== null && "read" in stream;
}

function parseTimes(printed: string): { wallMs: number; cpuMs: number } {
	const [, wall, user, system] =
		/^([\d.]+) ([\d.]+) ([\d.]+)$/m.exec(printed) ?? [];
	if (wall === undefined || user === undefined || system === undefined)
		throw new Error(`bash printed no times: ${printed}`);
	const cpuMs = Math.round((Number(user) + Number(system)) * 1000);
	return { wallMs: Math.round(Number(wall) * 1000), cpuMs };
}

function parseReadBytes(printed: string): number | undefined {
	const bytes = /^rchar: (\d+)$/m.exec(printed)?.[1];
	return bytes === undefined ? undefined : Number(bytes);
}

async function tail(logFile: string): Promise<string> {
	const lines = (await readFile(logFile, "utf8")).trimEnd().split("\n");
	return lines.slice(-OUTPUT_TAIL_LINES).join("\n");
}
