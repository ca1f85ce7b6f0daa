import { generateKeyPairSync } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { onFreePort } from "./free-port.ts";
import type { StorageBlock } from "./registry.ts";
import {
	type Lifetime,
	type ServerProcess,
	startServer,
} from "./server-process.ts";

/** An emulator of Google Cloud Storage. It asks for no credentials and keeps everything in memory. */
export interface GcsServer extends AsyncDisposable {
	readonly product: string;
	readonly version: string;
	/** `127.0.0.1:PORT`, as STORAGE_EMULATOR_HOST has it. */
	readonly host: string;
	readonly origin: string;
	readonly pid: number;
	/** Makes an empty bucket. */
	createBucket(name: string): Promise<void>;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** Where an emulator runs. */
export interface GcsServerOptions {
	/** Where its log is written; it is made when absent, and stays. */
	readonly directory: string;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** Starts the emulator on a free loopback port and waits until it answers. */
export async function startFakeGcsServer(
	options: GcsServerOptions,
): Promise<GcsServer> {
	const tool = await requireTool("fake-gcs-server");
	await mkdir(options.directory, { recursive: true });
	const server = await start(tool.path, options);
	const host = `127.0.0.1:${server.port}`;
	const origin = `http://${host}`;
	return {
		product: tool.product,
		version: tool.version,
		host,
		origin,
		pid: server.pid,
		createBucket: (name) => createBucket(origin, name),
		stop: server.stop,
		[Symbol.asyncDispose]: server.stop,
	};
}

/** It must be told its port, since it logs the one that it was told and not the one that it got. */
function start(
	command: string,
	{ directory, lifetime }: GcsServerOptions,
): Promise<ServerProcess> {
	return onFreePort((port) =>
		startServer({
			product: "fake-gcs-server",
			command,
			arguments: [
				"-scheme=http",
				"-host=127.0.0.1",
				`-port=${port}`,
				`-public-host=127.0.0.1:${port}`,
				`-external-url=http://127.0.0.1:${port}`,
				"-backend=memory",
			],
			logFile: join(directory, "fake-gcs-server.log"),
			port: /server started at http:\/\/127\.0\.0\.1:(\d+)/,
			readyPath: "/_internal/healthcheck",
			lifetime,
		}),
	);
}

async function createBucket(origin: string, name: string): Promise<void> {
	const response = await fetch(`${origin}/storage/v1/b`, {
		method: "POST",
		headers: { "content-type": "application/json" },
		body: JSON.stringify({ name }),
	});
	const said = await response.text();
	if (!response.ok)
		throw new Error(
			`the bucket ${name} was not made: ${response.status} ${said}`,
		);
}

/**
 * The storage block of a registry on a bucket; it serves blobs itself, without sending clients to the bucket. The
 * registry's environment must have the emulator's host in STORAGE_EMULATOR_HOST, and its driver asks the token server
 * that the key file names.
 */
export function gcsStorage(
	bucket: string,
	keyFile: string,
	rootDirectory = "",
): StorageBlock {
	return {
		gcs: { bucket, keyfile: keyFile, rootdirectory: rootDirectory },
		redirect: { disable: true },
	};
}

/** A service account's key as Google makes it, but that its tokens come from a server of our own. */
export function serviceAccountKey(tokenUrl: string): string {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	return JSON.stringify({
		type: "service_account",
		project_id: "test",
		private_key_id: "1",
		private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
		client_email: "test@test.iam.gserviceaccount.com",
		client_id: "1",
		token_uri: tokenUrl,
	});
}
