import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { onFreePort } from "./free-port.ts";
import { type S3Start, TEST_ACCESS } from "./s3-connection.ts";
import { startServer } from "./server-process.ts";

/** The host name below which every bucket has one of its own; no name server knows it. */
export const VERSITYGW_DOMAIN = "s3.test";

/** Starts VersityGW over a folder, with accounts in another. */
export const startVersityGw: S3Start = async (directory, lifetime) => {
	const { product, version, path } = await requireTool("versitygw");
	const data = join(directory, "data");
	const accounts = join(directory, "accounts");
	for (const folder of [data, accounts])
		await mkdir(folder, { recursive: true });
	const server = await onFreePort((port) =>
		startServer({
			product,
			command: path,
			arguments: [
				"--access",
				TEST_ACCESS.accessKeyId,
				"--secret",
				TEST_ACCESS.secretAccessKey,
				"--region",
				TEST_ACCESS.region,
				"--port",
				`127.0.0.1:${port}`,
				"--health",
				"/health",
				"--iam-dir",
				accounts,
				// Hosts below it name a bucket.
				"--virtual-domain",
				VERSITYGW_DOMAIN,
				// Without it, every answer ends its connection.
				"--keep-alive",
				"--quiet",
				"posix",
				data,
			],
			logFile: join(directory, "versitygw.log"),
			port,
			readyPath: "/health",
			lifetime,
		}),
	);
	const endpoint = `http://127.0.0.1:${server.port}`;
	return {
		...server,
		...TEST_ACCESS,
		product,
		version,
		verifies: true,
		endpoint,
	};
};
