import { existsSync } from "node:fs";
import { ListBucketsCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import {
	identifyProcess,
	isRunning,
} from "../../scripts/services/process-identity.ts";
import { startS3 } from "../../scripts/services/s3.ts";
import {
	hasTools,
	newBucket,
	s3Client,
	services,
} from "../support/services.ts";

test("the run's S3 server › takes the right credentials", async () => {
	const bucket = await newBucket();
	const client = s3Client();
	const { Buckets } = await client.send(new ListBucketsCommand({}));
	client.destroy();
	expect(Buckets?.map(({ Name }) => Name)).toContain(bucket);
});

test.skipIf(!services().s3.verifies)(
	"the run's S3 server › refuses a wrong signature",
	async () => {
		const client = s3Client({
			...services().s3,
			secretAccessKey: "not-the-secret",
		});
		await expect(client.send(new ListBucketsCommand({}))).rejects.toMatchObject(
			{
				name: "SignatureDoesNotMatch",
				$metadata: { httpStatusCode: 403 },
			},
		);
		client.destroy();
	},
);

test.for(["versitygw", "radosgw"] as const)(
	"startS3 › starts %s, which checks signatures, and stop ends it with all that it keeps",
	async (product, { skip }) => {
		skip(!hasTools(product), `no ${product}`);
		const server = await startS3({ product });
		const identity = identifyProcess(server.pid);
		const client = s3Client(server);
		const { Buckets = [] } = await client.send(new ListBucketsCommand({}));
		client.destroy();
		expect(Buckets).toEqual([]);
		const stranger = s3Client({ ...server, secretAccessKey: "not-the-secret" });
		await expect(
			stranger.send(new ListBucketsCommand({})),
		).rejects.toMatchObject({ name: "SignatureDoesNotMatch" });
		stranger.destroy();
		expect(existsSync(server.logFile)).toBe(true);
		if (identity === undefined) throw new Error("the server has no process");
		await server.stop();
		expect(isRunning(identity)).toBe(false);
		expect(existsSync(server.logFile)).toBe(false);
	},
);

test("startS3 › starts the emulator where it is asked for, and stop really ends it", async () => {
	const server = await startS3({ product: "emulator" });
	const identity = identifyProcess(server.pid);
	expect(server.verifies).toBe(false);
	expect((await fetch(`${server.endpoint}/health`)).status).toBe(200);
	if (identity === undefined) throw new Error("the emulator has no process");
	await server.stop();
	expect(isRunning(identity)).toBe(false);
	await expect(fetch(server.endpoint)).rejects.toThrow("fetch failed");
	await server.stop();
});
