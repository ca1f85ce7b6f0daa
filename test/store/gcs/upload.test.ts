import { randomBytes } from "node:crypto";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { checksumsOf } from "../../../src/store/gcs/checksums.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { BucketPaths } from "../../../src/store/gcs/paths.ts";
import { Plane } from "../../../src/store/gcs/plane.ts";
import { ResumableUpload } from "../../../src/store/gcs/upload.ts";
import type { Body, PutOptions } from "../../../src/store/object-store.ts";
import { bodyOf, failingBody } from "../../conformance/bodies.ts";
import { bytes, sha256Of } from "../../conformance/objects.ts";
import { serve } from "../http/http-server.ts";
import { SESSION, type UploadScript, uploadServer } from "./upload-server.ts";

const UNIT = 262144;
const CONTENT = randomBytes(3 * UNIT + 1000);
const SIZE = CONTENT.length;
const CHUNKS = [
	`bytes 0-${UNIT - 1}/${SIZE}`,
	`bytes ${UNIT}-${2 * UNIT - 1}/${SIZE}`,
	`bytes ${2 * UNIT}-${3 * UNIT - 1}/${SIZE}`,
	`bytes ${3 * UNIT}-${SIZE - 1}/${SIZE}`,
];
const CANCEL = `DELETE ${SESSION}`;

/** Uploads a body in chunks of 256 KiB to a server that behaves as the script says. */
async function upload(
	script: UploadScript,
	body: Body = bodyOf([CONTENT]),
	options: PutOptions = {},
) {
	const scripted = uploadServer(script);
	await using server = await serve(scripted.handle);
	const location = parseLocation(new URL(`gs://reg/pre?chunk-size=${UNIT}`));
	await using plane = new Plane({
		origin: server.origin,
		headers: async () => ({}),
	});
	const about = { store: location.url, operation: "put", key: "a" };
	const result = new ResumableUpload(
		plane,
		new BucketPaths(location),
		location,
		"a",
		about,
	).put(body, options);
	const settled = await result.then(
		({ meta }) => ({ meta, error: undefined }),
		(error: unknown) => ({ meta: undefined, error }),
	);
	return { ...scripted, ...settled, requests: server.requests };
}

describe("an upload in chunks", () => {
	test("sends the last chunk with the checksums of the whole (I4)", async () => {
		const { requests, ranges, others, object, meta } = await upload({});
		const { md5, crc32c } = checksumsOf(CONTENT);
		expect(meta).toMatchObject({ key: "a", size: SIZE, version: "17" });
		expect(object()).toEqual(CONTENT);
		expect(ranges).toEqual(CHUNKS);
		expect(requests.map(({ headers }) => headers["x-goog-hash"])).toEqual([
			...Array(4).fill(undefined),
			`crc32c=${crc32c},md5=${md5}`,
		]);
		expect(others).toHaveLength(1);
		expect(requests[0]).toMatchObject({
			method: "POST",
			path: "/upload/storage/v1/b/reg/o",
			headers: { "x-upload-content-length": String(SIZE) },
		});
		expect(requests[0]?.query.get("uploadType")).toBe("resumable");
		expect(JSON.parse(requests[0]?.body.toString() ?? "")).toEqual({
			name: "pre/a",
			contentType: "application/octet-stream",
		});
	});

	test.each([1, 2])(
		"withholds the last chunk also when it is full: %i of them",
		async (count) => {
			const content = CONTENT.subarray(0, count * UNIT);
			const options = { digest: sha256Of(bytes("something else")) };
			const failed = await upload({}, bodyOf([content]), options);
			expect(failed.error).toMatchObject({ code: "corrupt" });
			expect(failed.ranges.join()).not.toContain(`-${content.length - 1}/`);
			const { object } = await upload({}, bodyOf([content]));
			expect(object()).toEqual(content);
		},
	);

	test("takes a body in pieces of any size", async () => {
		const pieces = [1, UNIT - 1, 1, 2 * UNIT, 999].map((length, index, all) => {
			const start = all.slice(0, index).reduce((sum, one) => sum + one, 0);
			return CONTENT.subarray(start, start + length);
		});
		const { object, ranges } = await upload({}, bodyOf(pieces));
		expect(object()).toEqual(CONTENT);
		expect(ranges).toEqual(CHUNKS);
	});

	test.each<[string, Body, PutOptions, string]>([
		[
			"has another digest",
			bodyOf([CONTENT]),
			{ digest: sha256Of(bytes("")) },
			"corrupt",
		],
		["is too short", bodyOf([CONTENT], SIZE + 1), {}, "incomplete"],
		["is too long", bodyOf([CONTENT], SIZE - 1), {}, "incomplete"],
	])(
		"of a body that %s is given up before its last chunk (I4)",
		async (_what, body, options, code) => {
			const { error, ranges, others, object } = await upload({}, body, options);
			expect(error).toMatchObject({ code });
			expect(
				ranges.every((range) => !range.includes(`-${body.size - 1}/`)),
			).toBe(true);
			expect(object()).toBeUndefined();
			expect(others.at(-1)).toBe(CANCEL);
		},
	);

	test("of a body that fails midway is given up", async () => {
		const failure = new Error("the source failed");
		const { error, others, object } = await upload(
			{},
			failingBody(CONTENT, failure),
		);
		expect(error).toBe(failure);
		expect(object()).toBeUndefined();
		expect(others.at(-1)).toBe(CANCEL);
	});

	test("that is cancelled is given up, also when the server is silent", async () => {
		const reason = new Error("cancelled");
		const controller = new AbortController();
		const body = bodyOf([CONTENT], SIZE, {
			atEnd: () => controller.abort(reason),
		});
		const { signal } = controller;
		const { error, others, object } = await upload({}, body, { signal });
		expect(error).toBe(reason);
		expect(object()).toBeUndefined();
		expect(others.at(-1)).toBe(CANCEL);
	});

	test("on a condition says so when it begins", async () => {
		const only = { version: "17" };
		const { others } = await upload({}, bodyOf([CONTENT]), { only });
		expect(others[0]).toContain("&ifGenerationMatch=17");
	});
});

// Side by side, since most of the time is spent waiting before another attempt.
describe.concurrent("an upload that is interrupted", () => {
	const HALF = UNIT / 2;

	test("asks what the server has, and sends the rest", async () => {
		const { object, ranges, others } = await upload({
			mishap: (number) => (number === 1 ? { breaksAfter: HALF } : undefined),
		});
		expect(object()).toEqual(CONTENT);
		expect(ranges).toEqual([
			CHUNKS[0],
			CHUNKS[1],
			`bytes */${SIZE}`,
			`bytes ${UNIT + HALF}-${2 * UNIT - 1}/${SIZE}`,
			...CHUNKS.slice(2),
		]);
		expect(others).toHaveLength(1);
	});

	test.each([0, 1, 3])(
		"goes on when the answer to chunk %i was lost",
		async (lost) => {
			const { object, ranges, meta } = await upload({
				mishap: (number) => (number === lost ? "answer lost" : undefined),
			});
			expect(object()).toEqual(CONTENT);
			expect(meta).toMatchObject({ size: SIZE });
			// What has arrived is not sent again.
			expect(ranges).toEqual(CHUNKS.toSpliced(lost + 1, 0, `bytes */${SIZE}`));
		},
	);

	test("is sent again from its first byte when the server kept none", async () => {
		const { object, ranges } = await upload({
			mishap: (number) => (number === 0 ? { breaksAfter: 0 } : undefined),
		});
		expect(object()).toEqual(CONTENT);
		expect(ranges.slice(0, 3)).toEqual([
			CHUNKS[0],
			`bytes */${SIZE}`,
			CHUNKS[0],
		]);
	});

	test.each([500, 503, 429])("goes on after a %i", async (status) => {
		const { object } = await upload({
			mishap: (number) => (number === 2 ? { status } : undefined),
		});
		expect(object()).toEqual(CONTENT);
	});

	test("goes on from where the server says that it kept less", async () => {
		const { object, ranges } = await upload({
			mishap: (number) => (number === 1 ? { keeps: HALF } : undefined),
		});
		expect(object()).toEqual(CONTENT);
		expect(ranges[2]).toBe(`bytes ${UNIT + HALF}-${2 * UNIT - 1}/${SIZE}`);
	});

	test.each([404, 410])(
		"ends when the server answers %i: it knows the session no longer",
		async (status) => {
			const { error, ranges, object } = await upload({
				mishap: (number) => (number === 1 ? { status } : undefined),
			});
			// The whole may be tried again, but not this session.
			expect(error).toMatchObject({ code: "unavailable" });
			expect(ranges.length).toBeLessThanOrEqual(2);
			expect(object()).toBeUndefined();
		},
	);

	test.each([undefined, `bytes=0-${UNIT - 2}`, `bytes=0-${SIZE}`, "nonsense"])(
		"ends when the server says that it has %j",
		async (range) => {
			const { error } = await upload({
				mishap: (number) =>
					number === 1 ? { status: 308, ...(range && { range }) } : undefined,
			});
			expect(error).toMatchObject({ code: "unavailable" });
		},
	);

	test("ends with the answer when the condition no longer holds", async () => {
		const { error, others } = await upload({
			mishap: (number) => (number === 3 ? { status: 412 } : undefined),
		});
		expect(error).toMatchObject({ code: "precondition-failed" });
		expect(others.at(-1)).toBe(CANCEL);
	});
});

describe("an upload of which the server makes something else", () => {
	test("is deleted again, that generation and no other (I4)", async () => {
		const { error, others } = await upload({
			stores: (content) => Buffer.from(content).fill(0, 0, 1),
		});
		expect(error).toMatchObject({ code: "unavailable" });
		expect(others).toContain(
			"DELETE /storage/v1/b/reg/o/pre%2Fa?generation=17",
		);
	});

	test("is deleted again when that happens before the last chunk (I4)", async () => {
		const { error, others, ranges } = await upload({
			mishap: (number) => (number === 0 ? "ends" : undefined),
		});
		expect(error).toMatchObject({ code: "unavailable" });
		expect(others).toContain(
			"DELETE /storage/v1/b/reg/o/pre%2Fa?generation=17",
		);
		expect(ranges.join()).not.toContain(`-${SIZE - 1}/`);
	});
});

describe("the session's address", () => {
	test("is used at our own server, whatever host it names: no other gets the token (I7)", async () => {
		const location = `https://elsewhere.example${SESSION}`;
		const { object } = await upload({ location });
		expect(object()).toEqual(CONTENT);
	});

	test("that is missing is an error", async () => {
		const { error } = await upload({ location: "" });
		expect(error).toMatchObject({ code: "unknown" });
	});

	test.each<UploadScript>([
		{ mishap: () => ({ status: 403 }) },
		{ mishap: () => ({ status: 410 }) },
		{ mishap: () => ({ status: 400 }) },
		{ stores: () => bytes("other") },
	])("is in no error (I7)", async (script) => {
		const { error } = await upload(script);
		expect(inspect(error, { depth: 10 })).not.toContain("a-secret-id");
	});
});
