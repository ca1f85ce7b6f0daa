import { closeSync, openSync, readdirSync, readSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../services/run-command.ts";
import { cpuMs } from "./process-tree.ts";

const SAMPLE_MS = 500;
const SETTLED_SHARE = 0.05;
const MAX_SETTLE_MS = 20_000;

/**
 * Makes every pass begin alike: what was written before is on the disk; the server has done with what came before (it
 * deletes behind the scenes), but is not waited for for ever; and the source is in the caches of the file system.
 */
export async function settle(
	serverPid: number,
	directory: string,
	signal: AbortSignal,
): Promise<void> {
	// Of all file systems: nobody knows where the server's is.
	await runCommand("sync", [], { signal });
	const deadline = performance.now() + MAX_SETTLE_MS;
	while (performance.now() < deadline) {
		const before = cpuMs(serverPid);
		await sleep(SAMPLE_MS, undefined, { signal });
		if (cpuMs(serverPid) - before <= SAMPLE_MS * SETTLED_SHARE) break;
	}
	warmUp(directory);
}

const PIECE = Buffer.allocUnsafe(2 ** 20);

function warmUp(directory: string): void {
	for (const entry of readdirSync(directory, {
		recursive: true,
		withFileTypes: true,
	})) {
		if (!entry.isFile()) continue;
		const file = openSync(join(entry.parentPath, entry.name), "r");
		while (readSync(file, PIECE) > 0) {
			// Only for the caches.
		}
		closeSync(file);
	}
}
