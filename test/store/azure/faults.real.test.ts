import { afterAll, beforeAll, describe } from "vitest";
import { open as openAzure } from "../../../src/store/azure/open.ts";
import { describeFaults, type FaultHarness } from "../../conformance/faults.ts";
import { hasTools } from "../../support/services.ts";
import { type TestAzurite, testAzurite } from "./azurite.ts";

const BLOBS = /<Blob>.*?<\/Blob>/gs;
const MARKER = /<NextMarker\s*\/>|<NextMarker><\/NextMarker>/;

/** An error as the service writes it down. */
function failure(status: number, code: string) {
	return {
		status,
		headers: { "content-type": "application/xml", "x-ms-error-code": code },
		body: Buffer.from(
			`<?xml version="1.0" encoding="utf-8"?><Error><Code>${code}</Code><Message>It failed.</Message></Error>`,
		),
	};
}

describe.skipIf(!hasTools("azurite"))("on Azurite", () => {
	let azurite: TestAzurite;
	beforeAll(async () => {
		azurite = await testAzurite();
	});
	afterAll(() => azurite[Symbol.asyncDispose]());

	const service = () => new URL(azurite.server.serviceUrl);
	const harness: FaultHarness = {
		origin: () => service().origin,
		newBucket: async () => (await azurite.newContainer()).containerName,
		open(bucket, origin, options) {
			const endpoint = origin + service().pathname;
			return openAzure(azurite.storeUrl(bucket, "", { endpoint }), options);
		},
		// Blocks that never became a blob stay, where no listing shows them, until the service drops them.
		leftovers: async () => [],
		internalError: failure(500, "InternalError"),
		listing: {
			isPage: ({ query }) => query.get("comp") === "list",
			tokenOf: ({ query }) => query.get("marker") ?? undefined,
			reversed: (page) => {
				const blobs = page.match(BLOBS)?.reverse() ?? [];
				return page.replaceAll(BLOBS, () => blobs.shift() ?? "");
			},
			emptied: (page) => page.replaceAll(BLOBS, ""),
			continued: (page, token) =>
				page.replace(MARKER, `<NextMarker>${token}</NextMarker>`),
		},
		failDeletion({ method, path, query }, key, code) {
			const { status, headers } =
				code === "unavailable"
					? failure(503, "ServerBusy")
					: failure(403, "AuthorizationPermissionMismatch");
			if (method === "DELETE" && path.endsWith(`/${key}`))
				return { answers: failure(status, headers["x-ms-error-code"]) };
			if (query.get("comp") !== "batch") return undefined;
			// The service deletes both, and the answer says otherwise of the second.
			return {
				answer: (answer) => ({
					...answer,
					body: Buffer.from(
						answer.body
							.toString()
							.replace(
								/(Content-ID: 1\s+HTTP\/1\.1) [^\r\n]*/i,
								`$1 ${status} Failed\r\nx-ms-error-code: ${headers["x-ms-error-code"]}`,
							),
					),
				}),
			};
		},
	};
	describeFaults("the Azure store", harness);
});
