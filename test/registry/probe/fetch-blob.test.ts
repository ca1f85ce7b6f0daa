import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { digestOf } from "../../../scripts/sample-registry/content.ts";
import { formatDigest } from "../../../src/layout/digest.ts";
import { fetchBlob } from "../../../src/registry/probe/fetch-blob.ts";
import { failureOf } from "../../store/http/failures.ts";
import {
	clientOf,
	PASSWORD,
	type Script,
	SECRET,
	scriptedRegistry,
} from "./scripted-registry.ts";

const BLOB = { repository: "a", digest: digestOf("blob"), size: 4 };
const PATH = `/v2/a/blobs/${formatDigest(BLOB.digest)}`;

/** A registry that sends clients elsewhere. */
const sending = (location: string): Promise<{ origin: string }> =>
	scriptedRegistry((_request, response) => {
		response.writeHead(307, { location });
	});

const give: Script = (_request, response) =>
	void response.setHeader("content-length", 4).end("blob");

test("another server, where the registry sends us, is not shown who asks (I7)", async () => {
	const bucket = await scriptedRegistry(give);
	const registry = await scriptedRegistry(({ headers }, response) => {
		if (headers.authorization === undefined)
			response.writeHead(401, { "www-authenticate": "Basic" });
		else
			response.writeHead(307, {
				location: `${bucket.origin}/key?X-Amz-Signature=${SECRET}`,
			});
	});
	const client = clientOf(registry.origin, { credentials: PASSWORD });
	for (const method of ["GET", "HEAD"] as const)
		expect(await fetchBlob(client, BLOB, method)).toEqual({
			hosts: [new URL(bucket.origin).host],
			bytes: 4,
		});
	for (const { url, headers } of bucket.requests) {
		expect(url).toBe(`/key?X-Amz-Signature=${SECRET}`);
		expect(headers.authorization).toBeUndefined();
	}
});

test("a server that sends us on, by a path alone, is followed too", async () => {
	const bucket = await scriptedRegistry(({ path }, response) => {
		if (path === "/key") response.writeHead(301, { location: "/region/key" });
		else response.end("blob");
	});
	const { origin } = await sending(`${bucket.origin}/key`);
	const { host } = new URL(bucket.origin);
	expect(await fetchBlob(clientOf(origin), BLOB, "GET")).toEqual({
		hosts: [host, host],
		bytes: 4,
	});
});

describe("a blob is not taken", () => {
	const reason = async (origin: string) => {
		const error = await failureOf(fetchBlob(clientOf(origin), BLOB, "GET"));
		expect(inspect(error)).not.toContain(SECRET);
		return error;
	};

	test.each<[string, Script, object]>([
		[
			"that is another",
			(_request, response) => void response.end("BLOB"),
			{
				code: "unproven",
				reason: expect.stringMatching(
					/^the 4 bytes that came have the digest sha256:/,
				),
			},
		],
		[
			"that is too short",
			(_request, response) => void response.end("blo"),
			{ code: "unproven", reason: "3 bytes came, and its manifest says 4" },
		],
		[
			"that is cut off",
			(_request, response) => {
				response.writeHead(200, { "content-length": "4" }).write("bl");
				return new Promise((resolve) =>
					setTimeout(() => resolve(void response.destroy()), 10),
				);
			},
			{
				code: "unreachable",
				message: expect.stringContaining(
					`Cannot GET the blob ${formatDigest(BLOB.digest)} of a at http://127.0.0.1:`,
				),
			},
		],
		[
			"that is not there",
			(_request, response) =>
				void response
					.writeHead(404)
					.end('{"errors":[{"code":"BLOB_UNKNOWN"}]}'),
			{ code: "not-found", reason: "the registry answered 404 (BLOB_UNKNOWN)" },
		],
		[
			"from where we are sent around in circles",
			(_request, response) =>
				void response.writeHead(307, { location: `${PATH}?${SECRET}` }),
			{ code: "failed", reason: "it sends us around in circles" },
		],
		[
			"from what is no URL",
			(_request, response) =>
				void response.writeHead(307, { location: `file:///${SECRET}` }),
			{ code: "failed", reason: "it sends us to what is no URL" },
		],
	])("%s", async (_name, script, expected) => {
		const { origin } = await scriptedRegistry(script);
		expect(await reason(origin)).toMatchObject(expected);
	});

	test("from a bucket that refuses, and what it says beside the code is not shown (I7)", async () => {
		const bucket = await scriptedRegistry((_request, response) => {
			const xml = `<Error><Code>AccessDenied</Code><StringToSign>${SECRET}</StringToSign></Error>`;
			response.writeHead(403).end(xml);
		});
		const { origin } = await sending(`${bucket.origin}/?sig=${SECRET}`);
		expect(await reason(origin)).toMatchObject({
			code: "failed",
			reason: `the registry sends clients to ${new URL(bucket.origin).host}, which answered 403 (AccessDenied)`,
		});
	});

	test("from a bucket that cannot be reached from here", async () => {
		const { origin } = await sending(`http://127.0.0.1:9/?sig=${SECRET}`);
		expect(await reason(origin)).toMatchObject({
			code: "unreachable",
			reason:
				"the registry sends clients to 127.0.0.1:9, which cannot be reached from here: nothing listens there (connection refused)",
			suggestions: [expect.stringContaining("redirect.disable")],
		});
	});
});
