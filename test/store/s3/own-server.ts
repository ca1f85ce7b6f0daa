import { afterAll, beforeAll } from "vitest";
import { type S3Product, startS3 } from "../../../scripts/services/s3.ts";
import {
	type S3Connection,
	type S3Server,
	TEST_ACCESS,
} from "../../../scripts/services/s3-connection.ts";

/** Starts a server for the tests around, with its key in the environment. Answers what gives it once they run. */
export function ownServer(product: S3Product): () => S3Connection {
	let server: S3Server | undefined;
	process.env.AWS_ACCESS_KEY_ID = TEST_ACCESS.accessKeyId;
	process.env.AWS_SECRET_ACCESS_KEY = TEST_ACCESS.secretAccessKey;
	beforeAll(async () => {
		server = await startS3({ product });
	});
	afterAll(() => server?.stop());
	return () => {
		if (server === undefined) throw new Error("the server is not started yet");
		return server;
	};
}
