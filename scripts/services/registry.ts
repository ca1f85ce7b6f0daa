import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import type { S3Connection } from "./s3-connection.ts";
import { type Lifetime, startServer } from "./server-process.ts";

/** A registry's `storage:` block: a driver or a setting, and its parameters. */
export type StorageBlock = Readonly<Record<string, object>>;

/** Which registry, on which storage. */
export interface RegistryOptions {
	/** `3`: Distribution; `2`: Debian's docker-registry. */
	readonly version: "3" | "2";
	readonly storage: StorageBlock;
	/** Where its configuration and log are written; it is made when absent, and stays. */
	readonly directory: string;
	/** Its port; default one that is free. */
	readonly port?: number | undefined;
	/** Settings of its `http:` section, beside the address. */
	readonly http?: Readonly<Record<string, unknown>> | undefined;
	/** Its `auth:` section; default none: everybody may do everything. */
	readonly auth?: Readonly<Record<string, unknown>> | undefined;
	/** Its `redis:` section; default none. */
	readonly redis?: Readonly<Record<string, unknown>> | undefined;
	/** Variables of its process. */
	readonly environment?: Readonly<Record<string, string>> | undefined;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** A running registry. */
export interface RegistryServer extends AsyncDisposable {
	readonly product: string;
	readonly version: string;
	/** `127.0.0.1:PORT`, as image names start with it. */
	readonly host: string;
	readonly url: string;
	readonly configFile: string;
	readonly logFile: string;
	readonly pid: number;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** Starts a registry on a free loopback port and waits until it answers `/v2/`. */
export async function startRegistry(
	options: RegistryOptions,
): Promise<RegistryServer> {
	const tool = await requireTool(
		options.version === "3" ? "registry-3" : "registry-2",
	);
	await mkdir(options.directory, { recursive: true });
	const configFile = join(options.directory, "config.yml");
	const config = {
		version: 0.1,
		// The port is read from a line of this level.
		log: { level: "info", accesslog: { disabled: true } },
		storage: options.storage,
		http: {
			addr: `127.0.0.1:${options.port ?? 0}`,
			secret: "regmigrate-test",
			...options.http,
		},
		...(options.auth === undefined ? {} : { auth: options.auth }),
		...(options.redis === undefined ? {} : { redis: options.redis }),
	};
	// JSON is YAML too.
	await writeFile(configFile, `${JSON.stringify(config, undefined, 2)}\n`);
	const server = await startServer({
		product: `${tool.product} ${tool.version}`,
		command: tool.path,
		arguments: ["serve", configFile],
		environment: { OTEL_TRACES_EXPORTER: "none", ...options.environment },
		logFile: join(options.directory, "registry.log"),
		port: /listening on 127\.0\.0\.1:(\d+)/,
		// The one path that everybody may ask for.
		readyPath: options.auth === undefined ? "/v2/" : "/",
		lifetime: options.lifetime,
	});
	const host = `127.0.0.1:${server.port}`;
	return {
		product: tool.product,
		version: tool.version,
		host,
		url: `http://${host}`,
		configFile,
		logFile: server.logFile,
		pid: server.pid,
		stop: server.stop,
		[Symbol.asyncDispose]: server.stop,
	};
}

/** The storage block of a registry on a folder, the one that holds `docker/`. */
export function filesystemStorage(rootDirectory: string): StorageBlock {
	return {
		filesystem: { rootdirectory: rootDirectory },
		delete: { enabled: true },
	};
}

/** The storage block of a registry on a bucket; it serves blobs itself, without sending clients to the bucket. */
export function s3Storage(
	server: S3Connection,
	bucket: string,
	rootDirectory = "",
): StorageBlock {
	return {
		s3: {
			accesskey: server.accessKeyId,
			secretkey: server.secretAccessKey,
			region: server.region,
			regionendpoint: server.endpoint,
			forcepathstyle: true,
			secure: false,
			bucket,
			rootdirectory: rootDirectory,
		},
		delete: { enabled: true },
		redirect: { disable: true },
	};
}
