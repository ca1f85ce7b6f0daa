import { mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { runCommand } from "../../services/run-command.ts";
import type { S3Server } from "../../services/s3-connection.ts";
import type { BenchTree } from "../tree.ts";
import { type Changes, changeTree } from "./changes.ts";
import type { Workload } from "./workload.ts";

/**
 * How long a file is left alone before a pass (ms): one that was written a moment ago may be read twice, since the next
 * write within a tick of the clock would not show.
 */
const REST_MS = 2500;

/** A registry of small objects, which changes between passes. It is a copy, so that what is cached stays as it was made. */
export async function registryWorkload(
	server: S3Server,
	tree: BenchTree,
	concurrency: number,
): Promise<Workload> {
	const folder = await mkdtempDisposable(join(tmpdir(), "regmigrate-bench-"));
	const directory = join(folder.path, "tree");
	const { exitCode, stderr } = await runCommand("cp", [
		...["-a", tree.directory, directory],
	]);
	if (exitCode !== 0) throw new Error(`The tree cannot be copied: ${stderr}`);
	let changes: Changes | undefined;
	return {
		passes: ["initial", "unchanged", "changed"],
		directory,
		server,
		concurrency,
		isOursAlone: false,
		async prepare(pass) {
			changes?.undo();
			changes = undefined;
			if (pass === "changed")
				changes = changeTree(directory, tree.options, tree.objects);
			if (pass !== "unchanged") await sleep(REST_MS);
			return (
				changes?.expected ?? {
					objects: tree.objects,
					written: pass === "initial" ? tree.objects.size : 0,
					moved: new Map(),
				}
			);
		},
		[Symbol.asyncDispose]: () => folder.remove(),
	};
}
