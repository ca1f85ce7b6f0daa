import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe } from "vitest";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import { describeFaults, type FaultHarness } from "../../conformance/faults.ts";
import type { Answer, SeenRequest } from "../../support/faulty-server.ts";
import { newBucket, s3Client, services } from "../../support/services.ts";
import { storeUrl } from "../../support/store-url.ts";

const { s3 } = services();
process.env.AWS_ACCESS_KEY_ID = s3.accessKeyId;
process.env.AWS_SECRET_ACCESS_KEY = s3.secretAccessKey;

const XML = { "content-type": "application/xml" };
const OBJECTS = /<Contents>.*?<\/Contents>/gs;

function error(code: string): string {
	return `<Error><Code>${code}</Code><Message>It failed.</Message></Error>`;
}

const INTERNAL_ERROR: Answer = {
	status: 500,
	headers: XML,
	body: Buffer.from(error("InternalError")),
};

const isDelete = ({ method, query }: SeenRequest) =>
	method === "POST" && query.has("delete");

const harness: FaultHarness = {
	origin: () => s3.endpoint,
	newBucket: () => newBucket(),
	open: (bucket, origin, options) =>
		openS3(storeUrl(bucket, "", { ...s3, endpoint: origin }), options),
	async leftovers(bucket, key) {
		const client = s3Client();
		try {
			// MinIO tells of the uploads of one key, and of no prefix.
			const command = new ListMultipartUploadsCommand({
				Bucket: bucket,
				Prefix: key,
			});
			const { Uploads = [] } = await client.send(command);
			return Uploads.map(({ Key }) => `an upload of ${Key}`);
		} finally {
			client.destroy();
		}
	},
	internalError: INTERNAL_ERROR,
	listing: {
		isPage: ({ query }) => query.has("list-type"),
		tokenOf: ({ query }) => query.get("continuation-token") ?? undefined,
		reversed: (page) => {
			const objects = page.match(OBJECTS)?.reverse() ?? [];
			return page.replaceAll(OBJECTS, () => objects.shift() ?? "");
		},
		emptied: (page) => page.replaceAll(OBJECTS, ""),
		continued: (page, token) =>
			page.replace(
				"<IsTruncated>false</IsTruncated>",
				`<IsTruncated>true</IsTruncated><NextContinuationToken>${token}</NextContinuationToken>`,
			),
	},
	failDeletion(request, key, code) {
		if (!isDelete(request)) return undefined;
		const name = code === "unavailable" ? "InternalError" : "AccessDenied";
		const failure = `<Error><Key>${key}</Key><Code>${name}</Code><Message>It failed.</Message></Error>`;
		// What was signed cannot be changed: the server deletes all, and the answer says otherwise.
		return {
			answer: (answer) => ({
				...answer,
				body: Buffer.from(`<DeleteResult>${failure}</DeleteResult>`),
			}),
		};
	},
};

describe.skipIf(!s3.verifies)(`on ${s3.product}`, () => {
	describeFaults("the S3 store", harness);
});
