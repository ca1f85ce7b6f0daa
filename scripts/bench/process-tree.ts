import { readdirSync, readFileSync } from "node:fs";

/** How often peaks are read (ms). A high-water mark only rises, so what a sample misses is what grew after the last. */
const SAMPLE_MS = 15;

/** How many samples pass between two looks for new processes, which take longer than a sample. */
const SAMPLES_PER_SEARCH = 7;

/** Watches the memory of everything that a process starts. */
export interface PeakWatch extends Disposable {
	/** The peaks of all processes that were seen, added up (bytes). */
	peakBytes(): number;
}

/**
 * Watches the descendants of a process, not itself, until disposed of.
 *
 * Why /proc: Node tells a child's resource usage nobody, wait4's maximum is only that of the largest process, and
 * `/usr/bin/time` is not installed everywhere.
 */
export function watchDescendants(rootPid: number): PeakWatch {
	const peaks = new Map<number, number>();
	let sample = 0;
	const timer = setInterval(() => {
		if (peaks.size === 0 || sample % SAMPLES_PER_SEARCH === 0)
			for (const pid of descendants(rootPid))
				peaks.set(pid, peaks.get(pid) ?? 0);
		sample += 1;
		for (const [pid, peak] of peaks)
			peaks.set(pid, Math.max(peak, highWaterMark(pid)));
	}, SAMPLE_MS);
	return {
		peakBytes: () => peaks.values().reduce((sum, peak) => sum + peak, 0),
		[Symbol.dispose]: () => clearInterval(timer),
	};
}

/** CPU time that a process has used, in user and system mode (ms); its clock ticks 100 times a second. */
export function cpuMs(pid: number): number {
	const stat = readOrEmpty(`/proc/${pid}/stat`);
	// The second field is a name in parentheses that may hold anything. Source: proc_pid_stat(5).
	const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
	return (Number(fields[11] ?? 0) + Number(fields[12] ?? 0)) * 10;
}

function descendants(pid: number): readonly number[] {
	const found: number[] = [];
	const queue = [pid];
	for (let next = queue.pop(); next !== undefined; next = queue.pop()) {
		for (const thread of threads(next)) {
			const children = readOrEmpty(`/proc/${next}/task/${thread}/children`);
			for (const child of children.split(" ").filter(Boolean).map(Number)) {
				found.push(child);
				queue.push(child);
			}
		}
	}
	return found;
}

function threads(pid: number): readonly string[] {
	try {
		return readdirSync(`/proc/${pid}/task`);
	} catch {
		// It has ended.
		return [];
	}
}

function highWaterMark(pid: number): number {
	const kibibytes = /^VmHWM:\s+(\d+) kB$/m.exec(
		readOrEmpty(`/proc/${pid}/status`),
	)?.[1];
	return Number(kibibytes ?? 0) * 1024;
}

function readOrEmpty(path: string): string {
	try {
		return readFileSync(path, "utf8");
	} catch {
		// It has ended.
		return "";
	}
}
