import type { GetFilesOptions } from "@google-cloud/storage";
import type { StoreName } from "../measurement.ts";
import type { Measured } from "./measured.ts";
import { AWS_KEYS, AZURE_KEY } from "./ours.ts";

/** The providers' own libraries, each used as its documentation shows it. */
export const SDKS: Readonly<
	Partial<Record<StoreName, (origin: string) => Promise<Measured>>>
> = {
	s3: openS3,
	gs: openGcs,
	az: openAzure,
};

async function openS3(origin: string): Promise<Measured> {
	const { ListObjectsV2Command, PutObjectCommand, S3Client } = await import(
		"@aws-sdk/client-s3"
	);
	const client = new S3Client({
		endpoint: origin,
		forcePathStyle: true,
		region: "us-east-1",
		credentials: AWS_KEYS,
	});
	const Bucket = "bench";
	return {
		put: (Key, Body) =>
			client.send(new PutObjectCommand({ Bucket, Key, Body })),
		async *list() {
			let ContinuationToken: string | undefined;
			do {
				const page = await client.send(
					new ListObjectsV2Command({ Bucket, ContinuationToken }),
				);
				yield page;
				ContinuationToken = page.NextContinuationToken;
			} while (ContinuationToken !== undefined);
		},
	};
}

async function openGcs(origin: string): Promise<Measured> {
	const { Storage } = await import("@google-cloud/storage");
	const storage = new Storage({ apiEndpoint: origin, projectId: "bench" });
	const bucket = storage.bucket("bench");
	return {
		put: (key, body) =>
			bucket.file(key).save(Buffer.from(body), { resumable: false }),
		async *list() {
			let query: GetFilesOptions | null | undefined = { maxResults: 1000 };
			while (query) {
				const [page, next]: [unknown, GetFilesOptions?, ...unknown[]] =
					await bucket.getFiles({ ...query, autoPaginate: false });
				yield page;
				query = next;
			}
		},
	};
}

async function openAzure(origin: string): Promise<Measured> {
	const { BlobServiceClient, StorageSharedKeyCredential } = await import(
		"@azure/storage-blob"
	);
	const credential = new StorageSharedKeyCredential("bench", AZURE_KEY);
	const service = new BlobServiceClient(origin, credential);
	const container = service.getContainerClient("bench");
	return {
		put: (key, body) =>
			container.getBlockBlobClient(key).upload(body, body.length),
		list: () => container.listBlobsFlat().byPage({ maxPageSize: 1000 }),
	};
}
