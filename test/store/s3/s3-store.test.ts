import { describe, expect, test } from "vitest";
import { retry } from "../../../src/store/retry.ts";
import { fromThrown } from "../../../src/store/s3/errors.ts";
import { bytes, expectCode } from "../../conformance/objects.ts";
import { failureOf } from "../http/failures.ts";
import { until } from "../http/http-server.ts";
import { give, listing, refuse, scriptedS3 } from "./scripted-s3.ts";

describe("head", () => {
	test.each([
		["absent", listing([])],
		["absent beside a longer key", listing(["a-longer-one"])],
		["there after all", listing(["a"])],
	])("that is answered 404 asks a listing: %s (I2)", async (outcome, xml) => {
		await using scripted = await scriptedS3(({ method }, response) => {
			if (method === "HEAD") response.writeHead(404).end();
			else response.end(xml);
		});
		const meta = await scripted.store.head("a");
		expect(meta?.key).toBe(outcome.startsWith("absent") ? undefined : "a");
		const asked = scripted.server.requests[1]?.query;
		expect(asked?.get("prefix")).toBe("pre/a");
	});

	test.each([
		[404, 404, "NoSuchBucket", "unavailable"],
		[404, 500, "InternalError", "unavailable"],
		[404, 403, "AccessDenied", "permission-denied"],
		[403, 403, "InvalidAccessKeyId", "unauthenticated"],
		[400, 400, "ExpiredToken", "unauthenticated"],
	] as const)(
		"that is answered %i, a listing %i %s, is %s, not absent (I2)",
		async (status, listed, s3Code, code) => {
			await using scripted = await scriptedS3(({ method }, response) => {
				if (method === "HEAD") response.writeHead(status).end();
				else refuse(response, listed, s3Code);
			});
			await expectCode(scripted.store.head("a"), code);
		},
	);

	test("that alone is forbidden is permission-denied", async () => {
		await using scripted = await scriptedS3(({ method }, response) => {
			if (method === "HEAD") response.writeHead(403).end();
			else response.end(listing(["a"]));
		});
		await expectCode(scripted.store.head("a"), "permission-denied");
	});
});

describe("get", () => {
	test.each([
		[404, "NoSuchKey", "not-found"],
		[404, "NoSuchBucket", "unavailable"],
		[403, "AccessDenied", "permission-denied"],
		[503, "SlowDown", "throttled"],
	] as const)(
		"that is answered %i %s rejects with %s, and leaves its connection",
		async (status, s3Code, code) => {
			await using scripted = await scriptedS3((_request, response) =>
				refuse(response, status, s3Code),
			);
			for (let round = 0; round < 3; round++)
				await expectCode(scripted.store.get("a"), code);
			expect(scripted.server.accepted()).toBe(1);
		},
	);

	test("that does not say how large the object is rejects, and frees its connection", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.writeHead(200);
			response.write("a chunk");
		});
		const { server, store } = scripted;
		await expectCode(store.get("a"), "unknown");
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
	});

	test("of a body that breaks off rejects when it is read", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.writeHead(200, { "content-length": 100, etag: '"e"' });
			response.write("0123456789", () => response.socket?.end());
		});
		for (const read of ["bytes", "stream"] as const) {
			await using reader = await scripted.store.get("a");
			await expectCode(
				read === "bytes"
					? reader.bytes(1000)
					: Array.fromAsync(reader.stream()),
				"unavailable",
			);
		}
	});

	test("frees its connection when it is disposed of unread", async () => {
		await using scripted = await scriptedS3((_request, response) => {
			response.writeHead(200, { "content-length": 1000, etag: '"e"' });
			response.write("the beginning");
		});
		const { server, store } = scripted;
		for (let round = 0; round < 5; round++) {
			const reader = await store.get("a");
			await reader[Symbol.asyncDispose]();
		}
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
	});
});

describe("delete", () => {
	const errors = (failed: readonly (readonly [string, string])[]) =>
		`<DeleteResult>${failed.map(([key, code]) => `<Error><Key>${key}</Key><Code>${code}</Code><Message>-</Message></Error>`).join("")}</DeleteResult>`;

	test("says of each key that is left why, and takes 1,000 at a time", async () => {
		await using scripted = await scriptedS3(({ number }, response) => {
			const failed =
				number === 0
					? [["pre/k1", "AccessDenied"]]
					: [["pre/k1500", "InternalError"]];
			response.end(errors(failed.map(([key = "", code = ""]) => [key, code])));
		});
		const keys = Array.from({ length: 1501 }, (_, index) => `k${index}`);
		const failures = await scripted.store.delete(keys);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["k1", "permission-denied"],
			["k1500", "unavailable"],
		]);
		const sent = scripted.server.requests.map(
			({ body }) => body.toString().split("<Key>").length - 1,
		);
		expect(sent).toEqual([1000, 501]);
	});

	test("asks again for those keys alone that may be deleted the next time", async () => {
		await using scripted = await scriptedS3(({ number }, response) => {
			response.end(
				errors(
					number === 0
						? [
								["pre/a", "SlowDown"],
								["pre/b", "AccessDenied"],
							]
						: [],
				),
			);
		});
		const store = retry(scripted.store, { baseMs: 0 });
		const failures = await store.delete(["a", "b", "c"]);
		expect([...failures.keys()]).toEqual(["b"]);
		expect(scripted.server.requests).toHaveLength(2);
		const again = scripted.server.requests[1]?.body.toString();
		expect(again).toContain("<Key>pre/a</Key>");
		expect(again).not.toContain("<Key>pre/c</Key>");
	});

	test("can be cancelled while the server is silent", async () => {
		await using scripted = await scriptedS3(() => undefined);
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const { signal } = controller;
		const deleting = scripted.store.delete(["a"], { signal });
		void until(() => scripted.server.requests.length === 1).then(() =>
			controller.abort(reason),
		);
		await expect(deleting).rejects.toBe(reason);
	});
});

describe("messages", () => {
	test("hold no credentials (I7)", async () => {
		await using scripted = await scriptedS3((_request, response) =>
			refuse(response, 403, "SignatureDoesNotMatch"),
		);
		const thrown = await failureOf(scripted.store.put("a", bytes("x")));
		const { message, suggestions, ...rest } = fromThrown(thrown, {
			store: "",
			operation: "",
		});
		const all = [message, ...suggestions, JSON.stringify(rest)].join();
		expect(all).toContain("SignatureDoesNotMatch");
		expect(all).not.toContain("a-secret");
	});

	test("name what could not be done, to what and where", async () => {
		await using scripted = await scriptedS3((_request, response) =>
			give(response, "", { "content-length": "-" }),
		);
		await expect(scripted.store.head("a/b")).rejects.toThrow(
			/^Cannot head "a\/b" in s3:\/\/reg\/pre: /,
		);
	});
});
