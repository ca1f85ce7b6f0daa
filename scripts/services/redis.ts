import { once } from "node:events";
import { mkdir, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { onFreePort } from "./free-port.ts";
import { type Lifetime, startProcess } from "./server-process.ts";

/** What a Redis is started with. */
export interface RedisOptions {
	/** Where its configuration and log are written; it is made when absent, and stays. */
	readonly directory: string;
	/** Lines of its configuration, beside where it listens. */
	readonly configuration?: readonly string[] | undefined;
	/** Paths of PEM files: then it listens with TLS alone. */
	readonly tls?:
		| { readonly certificate: string; readonly key: string }
		| undefined;
	/** Whether it is a sentinel, which tells where other servers are. */
	readonly isSentinel?: boolean | undefined;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** A running Redis. It keeps everything in memory. */
export interface RedisServer extends AsyncDisposable {
	readonly product: string;
	readonly version: string;
	readonly port: number;
	/** `127.0.0.1:PORT` */
	readonly address: string;
	readonly pid: number;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** Starts a Redis on a free loopback port and waits until it listens. */
export async function startRedis(options: RedisOptions): Promise<RedisServer> {
	const { directory, isSentinel = false, lifetime } = options;
	const { product, version, path } = await requireTool("redis");
	await mkdir(directory, { recursive: true });
	return await onFreePort(async (port) => {
		const file = join(directory, "redis.conf");
		await writeFile(file, configurationOf(options, port));
		const running = await startProcess(
			{
				product: `${product} ${version}`,
				command: path,
				arguments: [file, ...(isSentinel ? ["--sentinel"] : [])],
				logFile: join(directory, "redis.log"),
				lifetime,
			},
			() => listens(port),
		);
		return {
			...{ product, version, port, pid: running.pid, stop: running.stop },
			address: `127.0.0.1:${port}`,
			[Symbol.asyncDispose]: running.stop,
		};
	});
}

function configurationOf(
	{ directory, configuration = [], tls, isSentinel }: RedisOptions,
	port: number,
): string {
	const listen =
		tls === undefined
			? [`port ${port}`]
			: [
					"port 0",
					`tls-port ${port}`,
					`tls-cert-file ${tls.certificate}`,
					`tls-key-file ${tls.key}`,
					"tls-auth-clients no",
				];
	return [
		"bind 127.0.0.1",
		...listen,
		`dir ${directory}`,
		...(isSentinel ? [] : ['save ""', "appendonly no"]),
		...configuration,
		"",
	].join("\n");
}

async function listens(port: number): Promise<boolean> {
	const socket = connect(port, "127.0.0.1");
	try {
		await once(socket, "connect");
		return true;
	} catch {
		// Not yet.
		return false;
	} finally {
		socket.destroy();
	}
}
