import { hostname } from "node:os";

/** A process that writes, as others are told of it. */
export interface Writer {
	readonly host: string;
	readonly pid: number;
	/** When it began, in ISO 8601. */
	readonly since: string;
}

/** This process, from now on. */
export function thisWriter(): Writer {
	return {
		host: hostname(),
		pid: process.pid,
		since: new Date().toISOString(),
	};
}

/** Who it is, for a sentence. */
export function writerText({ host, pid, since }: Writer): string {
	return `process ${pid} on ${host}, since ${since}`;
}

/** Whether it is known to have ended: it ran on this machine, and there is no such process. */
export function hasEnded({ host, pid }: Writer): boolean {
	if (host !== hostname()) return false;
	try {
		process.kill(pid, 0);
		return false;
	} catch (error) {
		// Another user's process may not be signalled, but is there.
		return error instanceof Error && "code" in error && error.code === "ESRCH";
	}
}
