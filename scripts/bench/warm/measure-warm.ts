import { mkdir, mkdtempDisposable } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { s3Environment } from "../../services/s3.ts";
import type { S3Server } from "../../services/s3-connection.ts";
import { measureWalk, type Walk } from "../baseline.ts";
import { makeBucket } from "../bucket.ts";
import { type Child, startChild } from "../child.ts";
import { settle } from "../settle.ts";
import { storeUrl } from "../tools.ts";

/** A pass of the library, in a process that has made one before. */
export interface WarmPass {
	readonly wallMs: number;
	readonly cpuMs: number;
	/** Objects. */
	readonly copied: number;
}

/** Passes that found nothing to do, and walks of `find` over the same tree between them. */
export interface WarmPasses {
	/** From files to MinIO. */
	readonly toServer: readonly WarmPass[];
	/** From files to files. */
	readonly toFiles: readonly WarmPass[];
	readonly walks: readonly Walk[];
}

/** What warm passes are measured with. */
export interface WarmSetting {
	readonly server: S3Server;
	/** The source. */
	readonly directory: string;
	/** Our built library. */
	readonly library: string;
	/** How many of each. */
	readonly times: number;
	readonly signal: AbortSignal;
}

/** Measures what a pass costs that finds nothing to do, start-up aside: what a live migration's passes cost. */
export async function measureWarmPasses(
	setting: WarmSetting,
): Promise<WarmPasses> {
	const { server, directory, times, signal } = setting;
	await using folder = await mkdtempDisposable(
		join(tmpdir(), "regmigrate-bench-"),
	);
	await using bucket = await makeBucket(server, "bench-warm");
	const files = join(folder.path, "target");
	await mkdir(files);
	const start = (target: string, index: string) =>
		startPasses(setting, target, join(folder.path, index, "index.sqlite"));
	await using toServer = start(storeUrl(server, bucket.name), "server");
	await toServer.told;
	await using toFiles = start(files, "files");
	await toFiles.told;
	await settle(server.pid, directory, signal);
	const passes = {
		toServer: [] as WarmPass[],
		toFiles: [] as WarmPass[],
		walks: [] as Walk[],
	};
	for (let time = 0; time < times; time += 1) {
		passes.walks.push(await measureWalk(directory, signal));
		passes.toServer.push(await again(toServer));
		passes.toFiles.push(await again(toFiles));
	}
	return passes;
}

function startPasses(
	{ server, directory, library, signal }: WarmSetting,
	target: string,
	indexPath: string,
): Child {
	return startChild(
		new URL("./main.ts", import.meta.url),
		[library, directory, target, indexPath],
		{ signal, environment: s3Environment(server) },
	);
}

async function again(child: Child): Promise<WarmPass> {
	// It is our own.
	const pass = (await child.ask("again")) as WarmPass;
	if (pass.copied > 0)
		throw new Error(`Nothing had changed, and ${pass.copied} were copied`);
	return pass;
}
