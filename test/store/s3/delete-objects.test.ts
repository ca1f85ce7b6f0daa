import { hash } from "node:crypto";
import fc from "fast-check";
import { XMLParser } from "fast-xml-parser";
import { describe, expect, test } from "vitest";
import { parseFailures } from "../../../src/store/s3/delete-objects.ts";
import { expectCode } from "../../conformance/objects.ts";
import { scriptedS3 } from "./scripted-s3.ts";

describe("a deletion", () => {
	test("carries both checksums, since servers insist on one and know only one", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.end("<DeleteResult></DeleteResult>");
		});
		await scripted.store.delete(["a"]);
		const [request] = scripted.server.requests;
		const body = request?.body ?? Buffer.alloc(0);
		expect(request).toMatchObject({ method: "POST", url: "/reg?delete=" });
		expect(request?.headers).toMatchObject({
			"content-md5": hash("md5", body, "base64"),
			"x-amz-checksum-sha256": hash("sha256", body, "base64"),
			"x-amz-content-sha256": hash("sha256", body, "hex"),
		});
	});

	test("names any key such that a reader of XML finds it", async () => {
		const parser = new XMLParser({
			trimValues: false,
			parseTagValue: false,
			isArray: (name) => name === "Object",
			htmlEntities: true,
		});
		await using scripted = await scriptedS3((_request, response) => {
			response.end("<DeleteResult></DeleteResult>");
		});
		const key = fc.oneof(
			fc.constantFrom("a\rb", "a\nb", "a\tb", " a ", "]]>", "a&amp;b", "<!--"),
			fc.string({ unit: fc.constantFrom(..."&<>'\"\u0085\u2028 aü😀+%") }),
		);
		await fc.assert(
			fc.asyncProperty(fc.array(key, { minLength: 1 }), async (keys) => {
				await scripted.store.delete(keys);
				const xml = scripted.server.requests.at(-1)?.body.toString() ?? "";
				const { Delete } = parser.parse(xml);
				expect(Delete.Quiet).toBe("true");
				expect(Delete.Object.map(({ Key }: { Key: string }) => Key)).toEqual(
					keys.map((one) => `pre/${one}`),
				);
			}),
			{ numRuns: 100 },
		);
	});

	test.each([
		[
			"an error in an answer of success",
			"<Error><Code>InternalError</Code></Error>",
		],
		["an answer that is cut off", "<DeleteResult><Error><Key>a"],
		[
			"an answer that is cut off in an error",
			"<DeleteResult><Error><Key>a</Key></DeleteResult>",
		],
		["another answer", "<html>It works!</html>"],
		["none", ""],
	])("that is answered with %s may have failed", async (_what, body) => {
		await using scripted = await scriptedS3((_request, response) => {
			response.end(body);
		});
		await expectCode(scripted.store.delete(["a"]), "unavailable");
	});
});

describe("the answer to a deletion", () => {
	const HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n';
	const NAMESPACE = ' xmlns="http://s3.amazonaws.com/doc/2006-03-01/"';

	test.each([
		`${HEAD}<DeleteResult${NAMESPACE}></DeleteResult>`,
		`${HEAD}<DeleteResult${NAMESPACE}/>`,
		"<DeleteResult />\n",
		"<DeleteResult><Deleted><Key>a</Key></Deleted></DeleteResult>",
	])("%s says that nothing is left", (xml) => {
		expect(parseFailures(xml)).toEqual([]);
	});

	test("says of each key that is left why, in whatever order", () => {
		const xml = `${HEAD}<DeleteResult><Error><Key>a&amp;&#x3c;b</Key><Code>AccessDenied</Code><Message>No.</Message></Error><Deleted><Key>c</Key></Deleted><Error><Code>InternalError</Code><Key>d</Key></Error></DeleteResult>`;
		expect(parseFailures(xml)).toEqual([
			{ key: "a&<b", code: "AccessDenied", message: "No." },
			{ key: "d", code: "InternalError", message: "" },
		]);
	});
});
