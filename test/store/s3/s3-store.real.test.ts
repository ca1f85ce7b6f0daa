import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import type { ObjectStore } from "../../../src/store/object-store.ts";
import { openS3 } from "../../../src/store/s3/open.ts";
import {
	describeCalls,
	describeStore,
	type StoreHarness,
} from "../../conformance/describe-store.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";

const { s3 } = services();

process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

const bucketOf = (store: ObjectStore) => new URL(store.url).hostname;

async function pendingUploads(store: ObjectStore): Promise<readonly string[]> {
	const client = s3Client();
	try {
		const { Uploads = [] } = await client.send(
			new ListMultipartUploadsCommand({ Bucket: bucketOf(store) }),
		);
		return Uploads.map(({ Key }) => `an upload of ${Key}`);
	} finally {
		client.destroy();
	}
}

const at = (prefix: string): StoreHarness => ({
	isEmulator: !s3.verifies,
	open: async () => openS3(storeUrl(await newBucket(), prefix)),
	reopen: (store) => openS3(storeUrl(bucketOf(store), prefix)),
	leftovers: pendingUploads,
	close: async (store) => store[Symbol.asyncDispose](),
});

describeStore(`the S3 store (${s3.product})`, at("/some/prefix"));
describeCalls(`the S3 store (${s3.product}) without a prefix`, at(""));

test("two prefixes of one bucket do not see each other's objects", async () => {
	const bucket = await newBucket();
	await using one = await openS3(storeUrl(bucket, "/p"));
	await using other = await openS3(storeUrl(bucket, "/p2"));
	await one.put("a", Buffer.from("one"));
	await other.put("a", Buffer.from("two"));
	const pages = await Array.fromAsync(one.list({ prefix: "" }));
	expect(
		pages.flatMap((page) => page.objects).map(({ key, size }) => [key, size]),
	).toEqual([["a", 3]]);
	await one.delete(["a"]);
	expect(await other.head("a")).toMatchObject({ size: 3 });
});

async function failure(url: URL): Promise<StoreError> {
	const error = await openS3(url).then(
		() => undefined,
		(reason: unknown) => reason,
	);
	if (!(error instanceof StoreError))
		throw new Error(`opened, or failed otherwise: ${String(error)}`);
	return error;
}

test("a bucket that does not exist is refused by name", async () => {
	const error = await failure(storeUrl("no-such-bucket-at-all"));
	expect(error).toMatchObject({ code: "not-found" });
	expect(error.message).toContain("s3://no-such-bucket-at-all");
	expect(error.suggestions.join()).toContain("create the bucket");
});

test.skipIf(!s3.verifies)(
	"wrong credentials are refused, with what to set",
	async () => {
		const bucket = await newBucket();
		process.env.AWS_SECRET_ACCESS_KEY = "wrong-secret";
		try {
			const error = await failure(storeUrl(bucket));
			expect(error.code).toBe("unauthenticated");
			expect(error.suggestions.join()).toContain("AWS_SECRET_ACCESS_KEY");
			expect(JSON.stringify(error)).not.toContain("wrong-secret");
		} finally {
			process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;
		}
	},
);

test.skipIf(!s3.verifies)(
	"a wrong region is refused, with the right one",
	async () => {
		const url = storeUrl(await newBucket());
		url.searchParams.set("region", "eu-north-1");
		const error = await failure(url);
		expect(error.suggestions.join()).toContain(`region=${s3.region}`);
	},
);

test("an endpoint where nothing listens is refused soon", async () => {
	const url = new URL("s3://bucket?region=us-east-1");
	url.searchParams.set("endpoint", "http://127.0.0.1:9");
	const error = await failure(url);
	expect(error.code).toBe("unavailable");
	expect(error.message).toContain("127.0.0.1:9");
});

test.skipIf(!s3.verifies)(
	"a server that is sent other bytes than were signed refuses them, and the old object stays",
	async () => {
		// Proven with the store's own request, the body changed after it was signed.
		await using store = await openS3(storeUrl(await newBucket()));
		await store.put("a", Buffer.from("old"));
		const body = Buffer.from("new!");
		const { Plane } = await import("../../../src/store/s3/plane.ts");
		const address = { origin: s3.endpoint, path: `/${bucketOf(store)}` };
		await using plane = new Plane(address, s3.region, async () => s3);
		await expect(
			plane.request(
				{ method: "PUT", key: "a", body, sha256: "0".repeat(64) },
				{ store: store.url, operation: "put" },
			),
		).rejects.toMatchObject({ code: "unavailable" });
		expect(await store.head("a")).toMatchObject({ size: 3 });
	},
);
