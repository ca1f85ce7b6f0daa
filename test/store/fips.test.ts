import { afterEach, describe, expect, test, vi } from "vitest";
import {
	checksumsOf,
	hashesOf,
	isStored,
	RunningChecksums,
} from "../../src/store/gcs/checksums.ts";
import { bodyOf } from "../conformance/bodies.ts";
import { bytes } from "../conformance/objects.ts";
import { policy } from "../support/fips-policy.ts";
import { refuse, scriptedAzure } from "./azure/scripted-azure.ts";
import { give, resource, scriptedGcs } from "./gcs/scripted-gcs.ts";

vi.mock("node:crypto", async (original) =>
	(await import("../support/fips-policy.ts")).underPolicy(await original()),
);

afterEach(() => {
	policy.isFips = false;
});

const CONTENT = bytes("content");

describe("where the machine's policy (FIPS) forbids MD5, a body is put without one", () => {
	test.each([
		["a block blob", 0],
		["an append blob", 100],
	])("in Azure: %s", async (_, appendBelow) => {
		const answer = { etag: '"0x8D1"', "x-ms-copy-status": "success" };
		await using scripted = await scriptedAzure(
			(_request, response) => {
				response.writeHead(201, answer).end();
			},
			{ appendBelow },
		);
		policy.isFips = true;
		expect(await scripted.store.put("a", CONTENT)).toMatchObject({
			size: 7,
			md5: undefined,
		});
		for (const { headers } of scripted.server.requests)
			expect(headers).not.toHaveProperty("content-md5");
	});

	test("in Azure: in blocks", async () => {
		const content = Buffer.alloc(9 * 1024 * 1024, 7);
		await using scripted = await scriptedAzure(({ method }, response) => {
			if (method === "GET") refuse(response, 404, "BlobNotFound");
			else response.writeHead(201, { etag: '"0x8D1"' }).end();
		});
		policy.isFips = true;
		const meta = await scripted.store.put("a", bodyOf([content]));
		expect(meta).toMatchObject({ size: content.length, md5: undefined });
		const puts = scripted.server.requests.filter(
			({ method }) => method === "PUT",
		);
		expect(puts).toHaveLength(3);
		for (const { headers } of puts) {
			expect(headers).not.toHaveProperty("content-md5");
			expect(headers).not.toHaveProperty("x-ms-blob-content-md5");
		}
	});

	test("in Google Cloud Storage: by one request, with its CRC32C", async () => {
		const answer = resource("a", CONTENT);
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, answer),
		);
		policy.isFips = true;
		expect(await scripted.store.put("a", CONTENT)).toMatchObject({ size: 7 });
		const sent = scripted.server.requests[0]?.body.toString();
		expect(sent).toContain(`"crc32c":"${answer.crc32c}"`);
		expect(sent).not.toContain("md5Hash");
	});
});

test("where the policy forbids MD5, Google Cloud Storage is told, and tells, the CRC32C of a body that comes in pieces", () => {
	const stored = { md5: "0a".repeat(16), size: CONTENT.length };
	policy.isFips = true;
	const running = new RunningChecksums();
	running.update(CONTENT);
	const sent = running.digest();
	expect(sent).toEqual(checksumsOf(CONTENT));
	expect(hashesOf(sent)).toBe(`crc32c=${sent.crc32c}`);
	const meta = { key: "a", version: "17", lastModified: 0, ...stored };
	expect(isStored({ meta, crc32c: sent.crc32c, isHidden: false }, sent)).toBe(
		true,
	);
	expect(isStored({ meta, crc32c: "AAAAAA==", isHidden: false }, sent)).toBe(
		false,
	);
});
