import { createHash, randomBytes } from "node:crypto";
import { setTimeout } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { DEFAULT_PART_BYTES } from "../../../src/store/s3/location.ts";
import { bodyOf, failingBody } from "../../conformance/bodies.ts";
import { expectCode, sha256, sha256Of } from "../../conformance/objects.ts";
import { refuse, scriptedS3 } from "./scripted-s3.ts";
import { type UploadFaults, UploadServer } from "./upload-server.ts";

const SIZE = DEFAULT_PART_BYTES + 5;
const CONTENT = randomBytes(SIZE);

/** What S3 calls the checksum of an object in parts: that of the parts' checksums, and their number. */
function compositeOf(content: Buffer): string {
	const checksums = createHash("sha256");
	let count = 0;
	for (let start = 0; start < content.length; start += DEFAULT_PART_BYTES) {
		const part = content.subarray(start, start + DEFAULT_PART_BYTES);
		checksums.update(Buffer.from(sha256(part), "hex"));
		count++;
	}
	return `${checksums.digest("base64")}-${count}`;
}

async function upload(
	faults?: UploadFaults,
	change: (server: UploadServer) => void = () => undefined,
) {
	const uploads = new UploadServer(faults);
	change(uploads);
	await using scripted = await scriptedS3(uploads.handle);
	const options = { digest: sha256Of(CONTENT) };
	const outcome = await scripted.store
		.put("a", bodyOf([CONTENT]), options)
		.then(
			() => "stored" as const,
			(error: unknown) => error,
		);
	return { uploads, outcome };
}

const count = (steps: readonly string[], step: string) =>
	steps.filter((one) => one === step).length;

describe("an upload in parts", () => {
	test("arrives whole, and is completed with its parts in order", async () => {
		// The first part takes longest.
		const { uploads, outcome } = await upload(
			(step, request, response, server) => {
				if (step !== "part" || request.query.get("partNumber") !== "1")
					return false;
				server.parts.set(1, request.body);
				void setTimeout(50).then(() =>
					response.writeHead(200, { etag: '"part-1"' }).end(),
				);
				return true;
			},
		);
		expect(outcome).toBe("stored");
		expect(uploads.content.equals(CONTENT)).toBe(true);
		expect(uploads.completed).toEqual(["1", "2"]);
		expect(uploads.steps).not.toContain("abort");
	});

	test("sends a part that was refused again, the same bytes", async () => {
		let refused = 0;
		const { uploads, outcome } = await upload((step, _request, response) => {
			if (step !== "part" || refused >= 2) return false;
			refused++;
			refuse(response, 503, "SlowDown");
			return true;
		});
		expect(outcome).toBe("stored");
		expect(uploads.content.equals(CONTENT)).toBe(true);
	});

	test("is completed a second time when the first answer was an error", async () => {
		let asked = 0;
		const { uploads, outcome } = await upload(
			(step, _request, response, server) => {
				if (step !== "complete" || asked++ > 0) return false;
				server.completed = undefined;
				response.end("<Error><Code>InternalError</Code></Error>");
				return true;
			},
		);
		expect(outcome).toBe("stored");
		expect(count(uploads.steps, "complete")).toBe(2);
	});

	test("is there when the answer to its completion was lost, and the object has its checksum", async () => {
		const { uploads, outcome } = await upload(
			loseAnswerTo("complete"),
			(server) => {
				server.checksum = compositeOf(CONTENT);
			},
		);
		expect(outcome).toBe("stored");
		expect(count(uploads.steps, "complete")).toBe(2);
		expect(uploads.steps).not.toContain("abort");
	});

	test.each([
		["has another checksum", compositeOf(Buffer.from("older"))],
		[
			"has a checksum of the whole",
			Buffer.from(sha256(CONTENT), "hex").toString("base64"),
		],
		["has no checksum", undefined],
	])(
		"has failed when the answer to its completion was lost, and the object %s",
		async (_what, checksum) => {
			const { uploads, outcome } = await upload(
				loseAnswerTo("complete"),
				(server) => {
					server.checksum = checksum;
				},
			);
			expect(outcome).toMatchObject({ code: "not-found", operation: "put" });
			expect(count(uploads.steps, "abort")).toBe(1);
		},
	);

	test("that is not what it was said to be is given up, not completed (I4)", async () => {
		const uploads = new UploadServer();
		await using scripted = await scriptedS3(uploads.handle);
		const { store } = scripted;
		const digest = sha256Of(Buffer.from("other"));
		await expectCode(store.put("a", bodyOf([CONTENT]), { digest }), "corrupt");
		await expectCode(store.put("a", bodyOf([CONTENT], SIZE + 1)), "incomplete");
		await expectCode(store.put("a", bodyOf([CONTENT], SIZE - 1)), "incomplete");
		const failure = new Error("the source failed");
		await expect(store.put("a", failingBody(CONTENT, failure))).rejects.toBe(
			failure,
		);
		expect(uploads.steps).not.toContain("complete");
		expect(count(uploads.steps, "create")).toBe(4);
		expect(count(uploads.steps, "abort")).toBe(4);
	});

	test("one of whose parts is refused for good is given up, by its id", async () => {
		const { uploads, outcome } = await upload((step, request, response) => {
			if (step === "abort") expect(request.query.get("uploadId")).toBe("u/1+2");
			if (step !== "part" || request.query.get("partNumber") !== "2")
				return false;
			refuse(response, 403, "AccessDenied");
			return true;
		});
		expect(outcome).toMatchObject({ code: "permission-denied" });
		expect(count(uploads.steps, "abort")).toBe(1);
		expect(uploads.steps).not.toContain("complete");
	});

	test("that was cancelled is given up once none of its parts is under way", async () => {
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const uploads = new UploadServer((step) => {
			if (step === "part") controller.abort(reason);
			return step === "part";
		});
		await using scripted = await scriptedS3(uploads.handle);
		const { signal } = controller;
		await expect(
			scripted.store.put("a", bodyOf([CONTENT]), { signal }),
		).rejects.toBe(reason);
		expect(uploads.steps.at(-1)).toBe("abort");
	});

	test("whose giving up fails still says why it was given up", async () => {
		const { outcome } = await upload((step, _request, response) => {
			if (step === "part") refuse(response, 403, "AccessDenied");
			else if (step === "abort") refuse(response, 404, "NoSuchUpload");
			return step === "part" || step === "abort";
		});
		expect(outcome).toMatchObject({ code: "permission-denied" });
	});

	test("that cannot even begin has nothing to be given up", async () => {
		const { uploads, outcome } = await upload((step, _request, response) => {
			if (step === "create") refuse(response, 403, "AccessDenied");
			return step === "create";
		});
		expect(outcome).toMatchObject({
			code: "permission-denied",
			operation: "put",
		});
		expect(uploads.steps).toEqual(["create"]);
	});

	test("asks the server to check each part (I4)", async () => {
		const checked: (string | undefined)[] = [];
		await upload((step, { headers }) => {
			if (step === "part")
				checked.push(headers["x-amz-content-sha256"]?.toString());
			return false;
		});
		const parts = [0, 1].map((index) =>
			sha256(
				CONTENT.subarray(
					index * DEFAULT_PART_BYTES,
					(index + 1) * DEFAULT_PART_BYTES,
				),
			),
		);
		expect(checked.toSorted()).toEqual(parts.toSorted());
	});
});

function loseAnswerTo(lost: string): UploadFaults {
	let isLost = false;
	return (step, _request, response) => {
		if (step !== lost || isLost) return false;
		isLost = true;
		response.socket?.destroy();
		return true;
	};
}
