import { rmSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { atEnd } from "./at-end.ts";
import { type FoundTool, findTool } from "./find-tool.ts";
import {
	type Lifetime,
	type ServerCommand,
	startServer,
} from "./server-process.ts";

/** How a client reaches an S3 server. The credentials are test values. */
export interface S3Connection {
	readonly product: string;
	readonly version: string;
	/** Whether it checks signatures, digests and conditions like a real one; an emulator takes everything. */
	readonly verifies: boolean;
	readonly endpoint: string;
	readonly region: string;
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
}

/** A running S3 server without buckets. */
export interface S3Server extends S3Connection, AsyncDisposable {
	readonly pid: number;
	readonly logFile: string;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** Which S3 server, and where. */
export interface S3Options {
	/** Where it keeps log and objects; it stays. Default: a temporary folder that goes with the server. */
	readonly directory?: string | undefined;
	/** Default: MinIO when `findTool` finds it, else the emulator. */
	readonly product?: "minio" | "emulator" | undefined;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

const REGION = "us-east-1";
const ACCESS_KEY_ID = "regmigrate-test";
const SECRET_ACCESS_KEY = "regmigrate-test-secret";

/** Starts an S3 server on a free loopback port and waits until it answers. */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
	const minio =
		options.product === "emulator" ? undefined : await findTool("minio");
	if (options.product === "minio" && minio === undefined)
		throw new Error("MinIO was not found; npm run services -- install gets it");
	const folder = await serverFolder(options.directory);
	const directory = folder.path;
	const command =
		minio === undefined
			? emulatorCommand(directory)
			: minioCommand(minio, directory);
	const server = await startServer({
		...command,
		lifetime: options.lifetime,
	}).catch(async (error: unknown) => {
		await folder.leave();
		throw error;
	});
	const stop = async () => {
		await server.stop();
		await folder.leave();
	};
	return {
		product: command.product,
		version: minio?.version ?? manifest.devDependencies.fauxqs,
		verifies: minio !== undefined,
		endpoint: `http://127.0.0.1:${server.port}`,
		region: REGION,
		accessKeyId: ACCESS_KEY_ID,
		secretAccessKey: SECRET_ACCESS_KEY,
		pid: server.pid,
		logFile: server.logFile,
		stop,
		[Symbol.asyncDispose]: stop,
	};
}

/** The environment that makes an S3 client without a configuration of its own use this server. */
export function s3Environment(server: S3Connection): Record<string, string> {
	return {
		AWS_ENDPOINT_URL: server.endpoint,
		AWS_REGION: server.region,
		AWS_ACCESS_KEY_ID: server.accessKeyId,
		AWS_SECRET_ACCESS_KEY: server.secretAccessKey,
	};
}

interface ServerFolder {
	readonly path: string;
	/** Removes the folder, when it is only the server's. */
	leave(): Promise<void>;
}

async function serverFolder(chosen: string | undefined): Promise<ServerFolder> {
	if (chosen !== undefined) {
		await mkdir(chosen, { recursive: true });
		return { path: chosen, leave: async () => undefined };
	}
	const path = await mkdtemp(join(tmpdir(), "regmigrate-s3-"));
	const callOff = atEnd(() =>
		rmSync(path, { recursive: true, force: true, maxRetries: 5 }),
	);
	return {
		path,
		leave: async () => {
			callOff();
			await rm(path, { recursive: true, force: true });
		},
	};
}

function minioCommand(minio: FoundTool, directory: string): ServerCommand {
	// An empty folder for certificates: those in the user's home would turn TLS on.
	const certificates = join(directory, "certificates");
	return {
		product: minio.product,
		command: minio.path,
		arguments: [
			"server",
			join(directory, "data"),
			"--address",
			"127.0.0.1:0",
			"--certs-dir",
			certificates,
		],
		environment: {
			MINIO_ROOT_USER: ACCESS_KEY_ID,
			MINIO_ROOT_PASSWORD: SECRET_ACCESS_KEY,
			MINIO_SITE_REGION: REGION,
			// The web interface would listen on every interface.
			MINIO_BROWSER: "off",
			MINIO_UPDATE: "off",
		},
		logFile: join(directory, "minio.log"),
		portPattern: /^API: http:\/\/127\.0\.0\.1:(\d+)/m,
		readyPath: "/minio/health/live",
	};
}

function emulatorCommand(directory: string): ServerCommand {
	return {
		product: "fauxqs",
		command: process.execPath,
		arguments: [fileURLToPath(new URL("./emulator.ts", import.meta.url))],
		logFile: join(directory, "fauxqs.log"),
		portPattern: /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m,
		readyPath: "/health",
	};
}
