import { createHmac } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { requireTool } from "./find-tool.ts";
import { type Lifetime, startServer } from "./server-process.ts";

/** How a client reaches an emulator of Azure Blob Storage. The account and its key are the same everywhere, and public. */
interface AzureConnection {
	readonly product: string;
	readonly version: string;
	readonly account: string;
	readonly accountKey: string;
	/** The URL of the blob service, in whose path the account is. */
	readonly serviceUrl: string;
}

/** A running Azurite without containers, which keeps everything in memory. */
export interface AzuriteServer extends AzureConnection, AsyncDisposable {
	readonly pid: number;
	readonly logFile: string;
	/** Ends it and waits until it is gone; safe to call again. */
	stop(): Promise<void>;
}

/** Where an emulator runs. */
export interface AzuriteOptions {
	/** Where its log is written; it is made when absent, and stays. */
	readonly directory: string;
	/** Default `process`. */
	readonly lifetime?: Lifetime | undefined;
}

/** Source: Azurite's README, "Default storage account". */
const ACCOUNT = "devstoreaccount1";
const ACCOUNT_KEY =
	"Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";

/** Starts Azurite's blob service on a free loopback port and waits until it answers. */
export async function startAzurite({
	directory,
	lifetime,
}: AzuriteOptions): Promise<AzuriteServer> {
	const tool = await requireTool("azurite");
	await mkdir(directory, { recursive: true });
	const server = await startServer({
		product: tool.product,
		command: tool.path,
		arguments: [
			"--inMemoryPersistence",
			"--blobHost",
			"127.0.0.1",
			"--blobPort",
			"0",
			"--silent",
			"--disableTelemetry",
			// Today's clients speak newer versions than the emulator knows.
			"--skipApiVersionCheck",
		],
		logFile: join(directory, "azurite.log"),
		port: /successfully listens on http:\/\/127\.0\.0\.1:(\d+)/,
		readyPath: `/${ACCOUNT}/?comp=list&${signature()}`,
		lifetime,
	});
	return {
		product: tool.product,
		version: tool.version,
		account: ACCOUNT,
		accountKey: ACCOUNT_KEY,
		serviceUrl: `http://127.0.0.1:${server.port}/${ACCOUNT}`,
		pid: server.pid,
		logFile: server.logFile,
		stop: server.stop,
		[Symbol.asyncDispose]: server.stop,
	};
}

/**
 * A shared access signature to list containers with, since the emulator answers only those whom it knows.
 * Source: Azure Storage documentation, "Create an account SAS".
 */
function signature(): string {
	const expiry = "2099-01-01T00:00:00Z";
	const version = "2019-02-02";
	const text = [ACCOUNT, "l", "b", "s", "", expiry, "", "", version, ""];
	const sig = createHmac("sha256", Buffer.from(ACCOUNT_KEY, "base64"))
		.update(text.join("\n"))
		.digest("base64");
	return new URLSearchParams({
		sv: version,
		ss: "b",
		srt: "s",
		sp: "l",
		se: expiry,
		sig,
	}).toString();
}
