import type { Lifetime, RunningProcess } from "./server-process.ts";

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
export interface S3Server
	extends S3Connection,
		RunningProcess,
		AsyncDisposable {
	readonly logFile: string;
}

/** Starts one kind of S3 server on a free loopback port, its log and objects in a directory, and waits until it answers. */
export type S3Start = (
	directory: string,
	lifetime: Lifetime | undefined,
) => Promise<Omit<S3Server, typeof Symbol.asyncDispose>>;

/** What every S3 server of ours is told to be its one region, and the one key that it knows. */
export const TEST_ACCESS = {
	region: "us-east-1",
	accessKeyId: "regmigrate-test",
	secretAccessKey: "regmigrate-test-secret",
} as const;
