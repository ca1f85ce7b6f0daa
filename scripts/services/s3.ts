import { join } from "node:path";
import { fileURLToPath } from "node:url";
import manifest from "../../package.json" with { type: "json" };
import { findTool } from "./find-tool.ts";
import { startMinio } from "./minio.ts";
import { startRadosgw } from "./radosgw.ts";
import {
	type S3Connection,
	type S3Server,
	type S3Start,
	TEST_ACCESS,
} from "./s3-connection.ts";
import { serverFolder } from "./server-folder.ts";
import { type Lifetime, startServer } from "./server-process.ts";
import { startVersityGw } from "./versitygw.ts";

/** The S3 servers that can be started. */
export type S3Product = "minio" | "versitygw" | "radosgw" | "emulator";

/** Which S3 server, and where. */
export interface S3Options {
	/** Where it keeps log and objects; it stays. Default: a temporary folder that goes with the server. */
	readonly directory?: string | undefined;
	/** Default: MinIO when `findTool` finds it, else the emulator. */
	readonly product?: S3Product | undefined;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** Starts an S3 server on a free loopback port and waits until it answers. */
export async function startS3(options: S3Options = {}): Promise<S3Server> {
	const product =
		options.product ??
		((await findTool("minio")) === undefined ? "emulator" : "minio");
	const folder = await serverFolder(options.directory);
	try {
		const server = await STARTS[product](folder.path, options.lifetime);
		const stop = async () => {
			await server.stop();
			await folder.leave();
		};
		return { ...server, stop, [Symbol.asyncDispose]: stop };
	} catch (error) {
		await folder.leave();
		throw error;
	}
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

const startEmulator: S3Start = async (directory, lifetime) => {
	const product = "fauxqs";
	const server = await startServer({
		product,
		command: process.execPath,
		arguments: [fileURLToPath(new URL("./emulator.ts", import.meta.url))],
		logFile: join(directory, "fauxqs.log"),
		port: /^listening on http:\/\/127\.0\.0\.1:(\d+)$/m,
		readyPath: "/health",
		lifetime,
	});
	return {
		...server,
		...TEST_ACCESS,
		product,
		version: manifest.devDependencies.fauxqs,
		verifies: false,
		endpoint: `http://127.0.0.1:${server.port}`,
	};
};

const STARTS: Readonly<Record<S3Product, S3Start>> = {
	minio: startMinio,
	versitygw: startVersityGw,
	radosgw: startRadosgw,
	emulator: startEmulator,
};
