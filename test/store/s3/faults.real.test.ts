import { ListMultipartUploadsCommand } from "@aws-sdk/client-s3";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { open as openS3 } from "../../../src/store/s3/open.ts";
import {
	expectContent,
	LARGE,
	putLarge,
} from "../../conformance/faulted-calls.ts";
import { describeFaults, type FaultHarness } from "../../conformance/faults.ts";
import { expectCode } from "../../conformance/objects.ts";
import {
	type Answer,
	FaultyServer,
	type SeenRequest,
} from "../../support/faulty-server.ts";
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
	async leftovers(bucket) {
		const client = s3Client();
		try {
			const command = new ListMultipartUploadsCommand({ Bucket: bucket });
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

const isCompletion = ({ method, query }: SeenRequest) =>
	method === "POST" && query.has("uploadId");

/** S3 says at once that it has begun to make the object of its parts, and only then whether it could. */
function describeFailedCompletions(): void {
	const answers: readonly [string, string][] = [
		["an error", error("InternalError")],
		["nothing", ""],
		["half an answer", '<?xml version="1.0"?><CompleteMultipartUpl'],
		["a web page", "<html><body>Please sign in.</body></html>"],
	];

	const openFaulty = async () => {
		const faults = await FaultyServer.start(s3.endpoint);
		onTestFinished(() => faults[Symbol.asyncDispose]());
		const random = vi.spyOn(Math, "random").mockReturnValue(0);
		onTestFinished(() => random.mockRestore());
		const bucket = await harness.newBucket();
		const store = await harness.open(bucket, faults.origin);
		onTestFinished(() => store[Symbol.asyncDispose]());
		const direct = await harness.open(bucket, s3.endpoint);
		onTestFinished(() => direct[Symbol.asyncDispose]());
		return { faults, store, direct, bucket };
	};

	const success = (body: string) => ({
		answers: { status: 200, headers: XML, body: Buffer.from(body) },
	});

	test.each(answers)(
		"%s, with the status of success, is asked for again",
		async (_name, body) => {
			const { faults, store, direct, bucket } = await openFaulty();
			let completions = 0;
			faults.follow((request) =>
				isCompletion(request) && completions++ === 0
					? success(body)
					: undefined,
			);
			const failure = await putLarge(store).then(
				() => undefined,
				(error: unknown) => error,
			);
			expect(failure).toBeUndefined();
			expect(completions).toBe(2);
			await expectContent(direct, "large", LARGE);
			expect(await harness.leftovers(bucket)).toEqual([]);
		},
	);

	test.each(answers)(
		"%s, with the status of success, again and again, is no object, and the upload is given up",
		async (_name, body) => {
			const { faults, store, direct, bucket } = await openFaulty();
			await direct.put("large", Buffer.from("old"));
			let completions = 0;
			faults.follow((request) => {
				if (!isCompletion(request)) return undefined;
				completions++;
				return success(body);
			});
			await expectCode(putLarge(store), "unavailable");
			expect(completions).toBeLessThanOrEqual(9);
			await expectContent(direct, "large", Buffer.from("old"));
			expect(await harness.leftovers(bucket)).toEqual([]);
		},
	);
}

describe.skipIf(!s3.verifies)(`on ${s3.product}`, () => {
	describeFaults("the S3 store", harness);
	describe("the completion of an upload that is answered by", () => {
		describeFailedCompletions();
	});
});
