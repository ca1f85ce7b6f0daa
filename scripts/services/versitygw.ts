import { randomUUID } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { onFreePort } from "./free-port.ts";
import { runCommand } from "./run-command.ts";
import {
	type S3Connection,
	type S3Start,
	TEST_ACCESS,
} from "./s3-connection.ts";
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
	// A path of its own: whoever else may have taken the port does not answer it.
	const readyPath = `/ready-${randomUUID()}`;
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
				readyPath,
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
			readyPath,
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

/** Adds an account that may do nothing until a bucket's policy allows it. */
export async function addVersityGwAccount(
	{ endpoint, accessKeyId, secretAccessKey }: S3Connection,
	account: Pick<S3Connection, "accessKeyId" | "secretAccessKey">,
): Promise<void> {
	const { path } = await requireTool("versitygw");
	const { exitCode, stdout, stderr } = await runCommand(path, [
		"admin",
		"--access",
		accessKeyId,
		"--secret",
		secretAccessKey,
		"--endpoint-url",
		endpoint,
		"create-user",
		"--access",
		account.accessKeyId,
		"--secret",
		account.secretAccessKey,
		"--role",
		"user",
	]);
	if (exitCode !== 0)
		throw new Error(`the account was not made: ${stdout}${stderr}`);
}
