import { readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

/** One process for good: process ids are used again, an id with its start time is not. */
export interface ProcessIdentity {
	readonly pid: number;
	/** The boot and the clock ticks since then at which it started. */
	readonly startTime: string;
}

/** How a process is ended. */
export interface EndOptions {
	/** How long it may take after SIGTERM before it gets SIGKILL. Default 5000. */
	readonly graceMs?: number | undefined;
}

/** How long a process may take to go after SIGKILL. */
const KILL_WAIT_MS = 5000;
const POLL_MS = 20;

/** The identity of a running process; undefined when there is none with that id, or only its remains. */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
	if (!Number.isSafeInteger(pid) || pid <= 0) return undefined;
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
		const bootId = readFileSync("/proc/sys/kernel/random/boot_id", "utf8");
		// The second field is the command in parentheses and may hold spaces and parentheses itself.
		const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
		const state = fields[0];
		const startTicks = fields[19];
		if (startTicks === undefined || state === "Z" || state === "X")
			return undefined;
		return { pid, startTime: `${bootId.trim()}:${startTicks}` };
	} catch {
		// No such process, or no /proc: either way we cannot say that it is ours.
		return undefined;
	}
}

/** Whether this very process still runs. */
export function isRunning(identity: ProcessIdentity): boolean {
	return identifyProcess(identity.pid)?.startTime === identity.startTime;
}

/**
 * Ends this very process and waits until it is gone: SIGTERM, and SIGKILL when that does not help in time.
 * Answers whether there was anything to end; a process that only has the same id is never touched.
 */
export async function endProcess(
	identity: ProcessIdentity,
	options: EndOptions = {},
): Promise<boolean> {
	if (!isRunning(identity)) return false;
	sendSignal(identity, "SIGTERM");
	if (await isGoneWithin(identity, options.graceMs ?? 5000)) return true;
	sendSignal(identity, "SIGKILL");
	if (await isGoneWithin(identity, KILL_WAIT_MS)) return true;
	throw new Error(`Process ${identity.pid} does not end, not even by SIGKILL`);
}

/** Sends a signal to a process that was running when it was last looked at. */
export function sendSignal(
	{ pid }: ProcessIdentity,
	signal: NodeJS.Signals,
): void {
	try {
		process.kill(pid, signal);
	} catch (error) {
		// It ended between the look and the signal.
		if (!(error instanceof Error && "code" in error && error.code === "ESRCH"))
			throw error;
	}
}

async function isGoneWithin(
	identity: ProcessIdentity,
	timeoutMs: number,
): Promise<boolean> {
	const deadline = performance.now() + timeoutMs;
	while (isRunning(identity)) {
		if (performance.now() > deadline) return false;
		await sleep(POLL_MS);
	}
	return true;
}
