import { randomUUID } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Storage } from "@google-cloud/storage";
import { startFakeGcsServer } from "../../../scripts/services/fake-gcs-server.ts";

/** An emulator of the tests of one file. */
export interface GcsEmulator extends AsyncDisposable {
	readonly origin: string;
	/** Google's own client of it, which shares nothing with the store. */
	readonly client: Storage;
	/** Makes an empty bucket and answers its name. */
	newBucket(): Promise<string>;
}

/** Starts an emulator; the test disposes of it. */
export async function startGcsEmulator(): Promise<GcsEmulator> {
	const directory = await mkdtemp(join(tmpdir(), "regmigrate-gcs-"));
	const server = await startFakeGcsServer({ directory });
	return {
		origin: server.origin,
		client: new Storage({
			apiEndpoint: server.origin,
			projectId: "test",
			useAuthWithCustomEndpoint: false,
		}),
		async newBucket() {
			const name = `test-${randomUUID()}`;
			await server.createBucket(name);
			return name;
		},
		async [Symbol.asyncDispose]() {
			await server.stop();
			await rm(directory, { recursive: true, force: true });
		},
	};
}

/** The URL of a bucket, or of a prefix (`/pre/fix`) of it, at a server. */
export function gcsUrl(origin: string, bucket: string, prefix = ""): URL {
	const url = new URL(`gs://${bucket}${prefix}`);
	url.searchParams.set("endpoint", origin);
	return url;
}
