import {
	BlobServiceClient,
	type IHttpClient,
	newPipeline,
	StorageSharedKeyCredential,
} from "@azure/storage-blob";
import fc from "fast-check";
import type { SignableRequest } from "../../../src/store/azure/signer.ts";
import { keyProblem } from "../../../src/store/key.ts";
import { oddText } from "../odd-text.ts";

/** A call that Azure's own client makes. */
type SdkCall = (service: BlobServiceClient) => Promise<unknown>;

/** A request as Azure's own client would have sent it, and the Authorization header that it gave it. */
export interface SdkRequest extends SignableRequest {
	readonly authorization: string;
}

/** Lets the client make a call, and keeps the request from going out. */
export async function requestOf(
	call: SdkCall,
	url: string,
	account: string,
	key: string,
): Promise<SdkRequest> {
	let caught: SdkRequest | undefined;
	const httpClient: IHttpClient = {
		async sendRequest(request) {
			const { pathname, search } = new URL(request.url);
			const headers: Record<string, string> = {};
			for (const { name, value } of request.headers.headersArray())
				headers[name.toLowerCase()] = value;
			const { authorization = "", ...others } = headers;
			caught = {
				method: request.method,
				path: pathname,
				query: queryOf(search),
				headers: others,
				contentLength: Number(headers["content-length"] ?? 0),
				authorization,
			};
			throw new Error("it is not sent");
		},
	};
	const credential = new StorageSharedKeyCredential(account, key);
	const pipeline = newPipeline(credential, {
		httpClient,
		retryOptions: { maxTries: 1 },
	});
	await call(new BlobServiceClient(url, pipeline)).catch(() => undefined);
	if (caught === undefined) throw new Error("the client sent nothing");
	return caught;
}

function queryOf(search: string): Record<string, string> {
	const query: Record<string, string> = {};
	for (const pair of search.slice(1).split("&").filter(Boolean)) {
		const [name = "", ...value] = pair.split("=");
		query[decodeURIComponent(name)] = decodeURIComponent(value.join("="));
	}
	return query;
}

/** Names that the client does not refuse. */
const name = oddText.filter((text) => keyProblem(text) === undefined);
const etag = fc.stringMatching(/^"0x[0-9A-F]{1,15}"$/);
const content = fc
	.uint8Array({ maxLength: 100 })
	.map((bytes) => Buffer.from(bytes));
const id = fc.stringMatching(/^[A-Za-z0-9+/]{56}$/);
const md5 = fc.uint8Array({ minLength: 16, maxLength: 16 });

const conditions = fc.record(
	{
		ifMatch: etag,
		ifNoneMatch: fc.constantFrom("*"),
		ifModifiedSince: fc.constant(new Date(0)),
		ifUnmodifiedSince: fc.constant(new Date(0)),
	},
	{ requiredKeys: [] },
);

/** Without "_" in its names, which the service sorts as a reader would. We send none at all. */
const metadata = fc.dictionary(
	fc.stringMatching(/^[a-z][a-z0-9]{0,8}$/),
	fc.stringMatching(/^[!-~]{1,12}$/),
	{ maxKeys: 3 },
);

/** The calls that our store makes too. */
export const sdkCall: fc.Arbitrary<SdkCall> = fc
	.record({
		name,
		content,
		conditions,
		metadata,
		id,
		md5,
		from: fc.nat(),
		count: fc.integer({ min: 1, max: 1e9 }),
	})
	.chain((made) => {
		const blob = (service: BlobServiceClient) =>
			service.getContainerClient("reg").getBlobClient(made.name);
		const { conditions, metadata } = made;
		return fc.constantFrom<SdkCall>(
			(service) =>
				blob(service)
					.getBlockBlobClient()
					.upload(made.content, made.content.length, {
						conditions,
						metadata,
						blobHTTPHeaders: {
							blobContentMD5: made.md5,
							blobContentType: "application/octet-stream",
						},
					}),
			(service) =>
				blob(service)
					.getBlockBlobClient()
					.stageBlock(made.id, made.content, made.content.length, {
						transactionalContentMD5: made.md5,
					}),
			(service) =>
				blob(service)
					.getBlockBlobClient()
					.commitBlockList([made.id], { conditions }),
			(service) =>
				blob(service).getBlockBlobClient().getBlockList("uncommitted"),
			(service) => blob(service).getAppendBlobClient().create({ conditions }),
			(service) =>
				blob(service)
					.getAppendBlobClient()
					.appendBlock(made.content, made.content.length, { conditions }),
			(service) => blob(service).download(made.from, made.count),
			(service) => blob(service).getProperties({ conditions }),
			(service) => blob(service).delete({ conditions }),
			(service) =>
				blob(service).syncCopyFromURL(
					`https://h/${encodeURIComponent(made.name)}`,
					{
						conditions,
					},
				),
			(service) =>
				service
					.getContainerClient("reg")
					.listBlobsFlat({ prefix: made.name, includeMetadata: true })
					.byPage({ maxPageSize: 5000, continuationToken: made.id })
					.next(),
			(service) => service.getContainerClient("reg").getAccountInfo(),
		);
	});
