import { readFileSync } from "node:fs";

/** How the machine's disks do, as Linux tells it (pressure stall information). */
export interface IoPressure {
	/** In how much of the last ten seconds somebody waited for a disk (per cent). */
	readonly recent: number;
	/** For how long somebody has waited since the machine was started (ms). */
	readonly totalMs: number;
}

/** Source: the kernel's documentation, accounting/psi. */
const FILE = "/proc/pressure/io";

/** Reads it; `undefined` where the machine does not tell. */
export function readIoPressure(): IoPressure | undefined {
	try {
		return parseIoPressure(readFileSync(FILE, "latin1"));
	} catch {
		// Not Linux, an old one, or one that was started without it: then there is no such file, or it cannot be read.
		return undefined;
	}
}

/** Reads the line of `some`, which counts the time in which anybody waited. */
export function parseIoPressure(text: string): IoPressure | undefined {
	const line = /^some avg10=([\d.]+) .*\btotal=(\d+)$/m.exec(text);
	if (line === null) return undefined;
	return { recent: Number(line[1]), totalMs: Number(line[2]) / 1000 };
}
