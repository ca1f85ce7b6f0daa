import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatBatch, parseBatch } from "../../../src/store/azure/batch.ts";

/** As Azure answers. */
const part = (id: number | undefined, status: string, more = "") =>
	`\r\nContent-Type: application/http\r\n${id === undefined ? "" : `Content-ID: ${id}\r\n`}\r\nHTTP/1.1 ${status}\r\nx-ms-request-id: 1\r\n${more}\r\n`;

const answer = (...parts: readonly string[]) =>
	`--b${parts.join("\r\n--b")}\r\n--b--\r\n`;

const TYPE = "multipart/mixed; boundary=b";

describe("a batch", () => {
	test("is written as the service wants it, a part for each deletion", () => {
		const { contentType, body } = formatBatch([
			{
				path: "/reg/a%20b",
				headers: { "x-ms-date": "now", authorization: "me" },
			},
			{ path: "/reg/c?sig=1", headers: { "x-ms-date": "now" } },
		]);
		const boundary = contentType.replace("multipart/mixed; boundary=", "");
		expect(boundary).toMatch(/^batch_[0-9a-f-]{36}$/);
		const head = (id: number) => [
			`--${boundary}`,
			"Content-Type: application/http",
			"Content-Transfer-Encoding: binary",
			`Content-ID: ${id}`,
			"",
		];
		expect(body.toString().split("\r\n")).toEqual([
			...head(0),
			"DELETE /reg/a%20b HTTP/1.1",
			"x-ms-date: now",
			"authorization: me",
			"content-length: 0",
			"",
			...head(1),
			"DELETE /reg/c?sig=1 HTTP/1.1",
			"x-ms-date: now",
			"content-length: 0",
			"",
			`--${boundary}--`,
			"",
		]);
	});

	test("of the largest size is within the service's limit of 4 MiB", () => {
		const path = `/account/reg/${"%F0%9F%98%80".repeat(256)}?${"s".repeat(400)}`;
		const headers = {
			"x-ms-date": "Tue, 03 Feb 2026 12:00:00 GMT",
			authorization: "x".repeat(4000),
		};
		const { body } = formatBatch(Array(256).fill({ path, headers }));
		expect(body.length).toBeLessThan(4 * 1024 * 1024);
	});
});

describe("the answer to a batch", () => {
	test("is read by the places of its requests, in whatever order they come", () => {
		const error = "<Error><Code>BlobNotFound</Code></Error>";
		const text = answer(
			part(
				1,
				"404 The specified blob does not exist.",
				`x-ms-error-code: BlobNotFound\r\nContent-Length: 40\r\n\r\n${error}`,
			),
			part(0, "202 Accepted"),
		);
		const answers = parseBatch(TYPE, text);
		expect([...answers.keys()].sort()).toEqual([0, 1]);
		expect(answers.get(0)).toMatchObject({ status: 202 });
		expect(answers.get(1)).toMatchObject({
			status: 404,
			headers: { "x-ms-error-code": "BlobNotFound" },
			body: expect.stringContaining(error),
		});
	});

	test.each([
		'multipart/mixed; boundary="b"',
		"multipart/mixed;boundary=b; charset=utf-8",
	])("has the boundary of %s", (type) => {
		expect(parseBatch(type, answer(part(0, "202 Accepted"))).size).toBe(1);
	});

	test("may be one for all", () => {
		expect(
			parseBatch(TYPE, answer(part(undefined, "400 Bad"))).get(-1),
		).toMatchObject({ status: 400 });
	});

	test("that is cut off is refused (I2)", () => {
		const text = answer(
			...Array.from({ length: 5 }, (_, id) => part(id, "202 Accepted")),
		);
		fc.assert(
			fc.property(fc.nat({ max: text.length - 5 }), (at) => {
				expect(() => parseBatch(TYPE, text.slice(0, at))).toThrow(SyntaxError);
			}),
			{ numRuns: 200 },
		);
	});

	test.each([
		["text/html", answer(part(0, "202 Accepted"))],
		[TYPE, "<html>It works!</html>"],
		[TYPE, answer("\r\nContent-Type: application/http\r\n\r\nno answer\r\n")],
	])("is not taken from anything else: %s, %j", (type, text) => {
		expect(() => parseBatch(type, text)).toThrow(SyntaxError);
	});
});
