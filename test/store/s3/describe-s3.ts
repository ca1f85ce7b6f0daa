import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe, expect, test, vi } from "vitest";
import type { S3Connection } from "../../../scripts/services/s3-connection.ts";
import { StoreError } from "../../../src/store/errors.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { Plane } from "../../../src/store/s3/plane.ts";
import {
	describeCalls,
	describeStore,
	type StoreHarness,
} from "../../conformance/describe-store.ts";
import { bytes, keysOf } from "../../conformance/objects.ts";
import { newBucket, s3Client } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";
import { describeLostAnswers } from "./describe-lost-answers.ts";

/** An S3 server, and what is known of it that others do in another way. */
export interface ServerUnderTest {
	readonly product: string;
	/** Whether it checks anything; an emulator takes everything. */
	readonly verifies: boolean;
	/** Whether it tells a client that its region is another. Default true. */
	readonly knowsItsRegion?: boolean | undefined;
	/** Whether it keeps a "\" in a key. Default true. */
	readonly keepsBackslashes?: boolean | undefined;
	/** The server, once it has been started. */
	readonly connection: () => S3Connection;
	/** Whether the parts of the contract that make many objects are left to another server. Default false. */
	readonly isBrief?: boolean | undefined;
	/** Makes an empty bucket; default one without settings. */
	readonly newBucket?: (() => Promise<string>) | undefined;
}

/** The store's contract on a server, and what is special to S3. */
export function describeS3(server: ServerUnderTest): void {
	const { product, verifies, knowsItsRegion = true, connection } = server;
	const makeBucket = server.newBucket ?? (() => newBucket(connection()));
	const url = (bucket: string, prefix?: string) =>
		storeUrl(bucket, prefix, connection());

	const at = (prefix: string): StoreHarness => ({
		isEmulator: !verifies,
		keepsBackslashes: server.keepsBackslashes,
		open: async () => openS3(url(await makeBucket(), prefix)),
		reopen: (store) => openS3(url(bucketOf(store), prefix)),
		leftovers: (store) => pendingUploads(store, connection()),
		close: async (store) => store[Symbol.asyncDispose](),
	});

	const describeIt = server.isBrief === true ? describeCalls : describeStore;
	describeIt(`the S3 store (${product})`, at("/some/prefix"));
	if (server.isBrief !== true)
		describeCalls(`the S3 store (${product}) without a prefix`, at(""));

	describeLostAnswers(product, verifies, connection);

	describe(`S3 (${product})`, () => {
		test("two prefixes of one bucket do not see each other's objects", async () => {
			const bucket = await makeBucket();
			await using one = await openS3(url(bucket, "/p"));
			await using other = await openS3(url(bucket, "/p2"));
			await one.put("a", bytes("one"));
			await other.put("a", bytes("two"));
			expect(await keysOf(one, { prefix: "" })).toEqual(["a"]);
			expect(await one.head("a")).toMatchObject({ size: 3 });
			await one.delete(["a"]);
			expect(await other.head("a")).toMatchObject({ size: 3 });
		});

		test("a bucket that does not exist is refused by name", async () => {
			const error = await failure(url("no-such-bucket-at-all"));
			expect(error).toMatchObject({ code: "not-found" });
			expect(error.message).toContain("s3://no-such-bucket-at-all");
			expect(error.suggestions.join()).toContain("create the bucket");
		});

		test.skipIf(!verifies)(
			"wrong credentials are refused, with what to set",
			async () => {
				const bucket = await makeBucket();
				const { secretAccessKey } = connection();
				process.env.AWS_SECRET_ACCESS_KEY = "wrong-secret";
				try {
					const error = await failure(url(bucket));
					expect(error.code).toBe("unauthenticated");
					expect(error.suggestions.join()).toContain("AWS_SECRET_ACCESS_KEY");
					expect(JSON.stringify(error)).not.toContain("wrong-secret");
				} finally {
					process.env.AWS_SECRET_ACCESS_KEY = secretAccessKey;
				}
			},
		);

		test.skipIf(!verifies)(
			"a clock that is an hour off is told of, with what to do",
			async () => {
				const bucket = await makeBucket();
				vi.useFakeTimers({ toFake: ["Date"], now: Date.now() - 3_600_000 });
				try {
					const error = await failure(url(bucket));
					expect(error.code).toBe("unauthenticated");
					expect(error.message).toContain("RequestTimeTooSkewed");
					expect(error.suggestions.join()).toContain("clock");
				} finally {
					vi.useRealTimers();
				}
			},
		);

		if (verifies && knowsItsRegion)
			test("a wrong region is refused, with the right one", async () => {
				const elsewhere = url(await makeBucket());
				elsewhere.searchParams.set("region", "eu-north-1");
				const error = await failure(elsewhere);
				const { region } = connection();
				expect(error.suggestions.join()).toContain(`region=${region}`);
			});

		test.skipIf(!verifies)(
			"a body that is not as it was signed is refused, and the old object stays (I4)",
			async () => {
				await using store = await openS3(url(await makeBucket()));
				await store.put("a", bytes("old"));
				const { endpoint, region } = connection();
				const address = { origin: endpoint, path: `/${bucketOf(store)}` };
				await using plane = new Plane(address, region, async () =>
					connection(),
				);
				const body = bytes("new!");
				await expect(
					plane.request(
						{ method: "PUT", key: "a", body, sha256: "0".repeat(64) },
						{ store: store.url, operation: "put" },
					),
				).rejects.toMatchObject({ code: "unavailable" });
				expect(await store.head("a")).toMatchObject({ size: 3 });
			},
		);
	});
}

const bucketOf = (store: ObjectStore) => new URL(store.url).hostname;

async function pendingUploads(
	store: ObjectStore,
	connection: S3Connection,
): Promise<readonly string[]> {
	const client = s3Client(connection);
	try {
		const { Uploads = [] } = await client.send(
			new ListMultipartUploadsCommand({ Bucket: bucketOf(store) }),
		);
		return Uploads.map(({ Key }) => `an upload of ${Key}`);
	} finally {
		client.destroy();
	}
}

async function failure(url: URL): Promise<StoreError> {
	const error = await openS3(url).then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (!(error instanceof StoreError))
		throw new Error(`opened, or failed otherwise: ${String(error)}`);
	return error;
}
