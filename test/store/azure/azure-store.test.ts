import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { ByToken } from "../../../src/store/azure/authorization.ts";
import { retry } from "../../../src/store/retry.ts";
import { bytes, expectCode, read } from "../../conformance/objects.ts";
import { type Arrived, until } from "../http/http-server.ts";
import { give, refuse, scriptedAzure } from "./scripted-azure.ts";

describe("head", () => {
	test("says what the server says of a blob", async () => {
		await using scripted = await scriptedAzure((_request, response) =>
			give(response, "content", { "content-md5": "XrY7u+Ae7tCTyyK7j1rNww==" }),
		);
		expect(await scripted.store.head("a")).toEqual({
			key: "a",
			size: 7,
			version: "0x8D1",
			lastModified: Date.UTC(2026, 1, 3, 12),
			md5: "5eb63bbbe01eeed093cb22bb8f5acdc3",
		});
	});

	test.each(["AppendBlob", "PageBlob"])(
		"takes no MD5 from an %s, which may have grown since (I9)",
		async (type) => {
			await using scripted = await scriptedAzure((_request, response) =>
				give(response, "", {
					"content-md5": "XrY7u+Ae7tCTyyK7j1rNww==",
					"x-ms-blob-type": type,
				}),
			);
			expect((await scripted.store.head("a"))?.md5).toBeUndefined();
		},
	);

	test.each([
		[404, "BlobNotFound", undefined],
		[404, "ContainerNotFound", "unavailable"],
		[404, "", "unknown"],
		[403, "AuthorizationFailure", "permission-denied"],
		[503, "ServerBusy", "throttled"],
	])("takes %i %s for what it is (I2)", async (status, code, expected) => {
		await using scripted = await scriptedAzure((_request, response) =>
			refuse(response, status, code),
		);
		const head = scripted.store.head("a");
		if (expected === undefined) expect(await head).toBeUndefined();
		else await expect(head).rejects.toMatchObject({ code: expected });
	});
});

describe("get", () => {
	test("of a range tells the MD5 of the whole from that of the range", async () => {
		await using scripted = await scriptedAzure((request, response) => {
			expect(request.headers.range).toBe("bytes=2-4");
			response
				.writeHead(206, {
					"content-range": "bytes 2-4/10",
					"content-length": "3",
					etag: '"e"',
					"content-md5": "AAAAAAAAAAAAAAAAAAAAAA==",
					"x-ms-blob-content-md5": "XrY7u+Ae7tCTyyK7j1rNww==",
					"x-ms-blob-type": "BlockBlob",
				})
				.end("234");
		});
		await using reader = await scripted.store.get("a", { start: 2, end: 5 });
		expect(reader.meta).toMatchObject({
			size: 10,
			md5: "5eb63bbbe01eeed093cb22bb8f5acdc3",
		});
		expect(Buffer.from(await reader.bytes(3)).toString()).toBe("234");
	});

	test("of a body that breaks off fails, and may be tried again", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.writeHead(200, { "content-length": "10", etag: '"e"' });
			response.write("half", () => response.socket?.destroy());
		});
		await expectCode(read(scripted.store, "a"), "unavailable");
	});

	test("of what the server does not say the size of fails", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.writeHead(200, { etag: '"e"' });
			response.write("some");
			response.end();
		});
		await expect(scripted.store.get("a")).rejects.toThrow(
			/^Cannot get "a" in az:\/\/account\/reg\/pre: the server does not say how large it is$/,
		);
	});
});

describe("keys that the service would take for others", () => {
	test.each(["a\\b", "v1./link", "a.", "a/../b", ".", "a/./b", "a\uD800"])(
		"%j is not even looked for",
		async (key) => {
			await using scripted = await scriptedAzure(
				(_request, response) => void response.end(),
			);
			const { store, server } = scripted;
			await expectCode(store.head(key), "unsupported");
			await expectCode(store.get(key), "unsupported");
			await expectCode(store.put(key, bytes("x")), "unsupported");
			const failures = await store.delete([key]);
			expect(failures.get(key)).toMatchObject({ code: "unsupported" });
			expect(server.requests).toEqual([]);
		},
	);
});

/** Answers a batch; `judge` gives the status line and, for an error, the code of each. */
function answerBatch(
	{ body }: Arrived,
	response: ServerResponse,
	judge: (name: string) => readonly [status: string, code?: string],
): void {
	const names = [...body.toString().matchAll(/^DELETE (\S+) /gm)].map(
		([, path = ""]) => path.replace("/account/reg/pre/", ""),
	);
	const parts = names.map((name, id) => {
		const [status, code] = judge(name);
		const error =
			code === undefined
				? ""
				: `x-ms-error-code: ${code}\r\n\r\n<?xml version="1.0"?><Error><Code>${code}</Code><Message>-</Message></Error>`;
		return `--b\r\nContent-Type: application/http\r\nContent-ID: ${id}\r\n\r\nHTTP/1.1 ${status}\r\n${error}\r\n`;
	});
	response.writeHead(202, { "content-type": "multipart/mixed; boundary=b" });
	response.end(`${parts.join("")}--b--`);
}

describe("delete", () => {
	const KEYS = Array.from({ length: 600 }, (_, index) => `k/${index}`);

	test("takes 256 keys a call, and absent ones for deleted", async () => {
		await using scripted = await scriptedAzure((request, response) =>
			answerBatch(request, response, (name) =>
				name.endsWith("7") ? ["404 x", "BlobNotFound"] : ["202 Accepted"],
			),
		);
		expect(await scripted.store.delete(KEYS)).toEqual(new Map());
		const { requests } = scripted.server;
		expect(
			requests.map(({ method, query }) => [method, query.get("comp")]),
		).toEqual(Array(3).fill(["POST", "batch"]));
		expect(
			requests.map(({ body }) => body.toString().match(/^DELETE /gm)?.length),
		).toEqual([256, 256, 88]);
		expect(requests[0]?.body.toString()).toMatch(
			/DELETE \/account\/reg\/pre\/k\/0 HTTP\/1\.1\r\nx-ms-date: .*GMT\r\nauthorization: SharedKey account:.{44}\r\n/,
		);
	});

	test("says of each key why it is still there", async () => {
		await using scripted = await scriptedAzure((request, response) =>
			answerBatch(request, response, (name) =>
				name === "k/1"
					? ["409 x", "BlobImmutableDueToPolicy"]
					: name === "k/2"
						? ["404 x", "ContainerNotFound"]
						: ["202 Accepted"],
			),
		);
		const failures = await scripted.store.delete(["k/0", "k/1", "k/2"]);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["k/1", "permission-denied"],
			["k/2", "unavailable"],
		]);
	});

	test("takes a key of which the server says nothing for still there (I2)", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.writeHead(202, {
				"content-type": "multipart/mixed; boundary=b",
			});
			response.end(
				"--b\r\nContent-ID: 0\r\n\r\nHTTP/1.1 202 Accepted\r\n\r\n--b--",
			);
		});
		const failures = await scripted.store.delete(["a", "b"]);
		expect([...failures].map(([key, { code }]) => [key, code])).toEqual([
			["b", "unavailable"],
		]);
	});

	test("deletes one by one where the server takes no batches, and does not ask again", async () => {
		for (const [status, code] of [
			[400, "InvalidQueryParameterValue"],
			[403, "AuthorizationPermissionMismatch"],
			[501, ""],
		] as const) {
			await using scripted = await scriptedAzure(
				({ method, path }, response) => {
					if (method === "POST") refuse(response, status, code);
					else if (path.endsWith("/absent"))
						refuse(response, 404, "BlobNotFound");
					else if (path.endsWith("/kept"))
						refuse(response, 412, "LeaseIdMissing");
					else response.writeHead(202).end();
				},
			);
			for (let round = 0; round < 2; round++) {
				const failures = await scripted.store.delete(["a", "absent", "kept"]);
				expect([...failures].map(([key, error]) => [key, error.code])).toEqual([
					["kept", "permission-denied"],
				]);
			}
			const methods = scripted.server.requests.map(({ method }) => method);
			expect(methods.filter((method) => method === "POST")).toHaveLength(1);
			expect(methods.filter((method) => method === "DELETE")).toHaveLength(6);
		}
	});

	test("fails as a whole when the container is gone, or the answer cannot be read", async () => {
		for (const answer of [
			(response: ServerResponse) => refuse(response, 404, "ContainerNotFound"),
			(response: ServerResponse) => void response.writeHead(202).end("--b\r\n"),
		]) {
			await using scripted = await scriptedAzure((_request, response) =>
				answer(response),
			);
			await expectCode(scripted.store.delete(["a", "b"]), "unavailable");
		}
	});

	test("tries again only what failed in a way that may pass", async () => {
		let calls = 0;
		await using scripted = await scriptedAzure((request, response) => {
			calls++;
			if (request.method === "DELETE") response.writeHead(202).end();
			else
				answerBatch(request, response, (name) =>
					name === "a" ? ["503 x", "ServerBusy"] : ["202 Accepted"],
				);
		});
		const store = retry(scripted.store, { baseMs: 0 });
		expect(await store.delete(["a", "b", "c"])).toEqual(new Map());
		expect(calls).toBe(2);
		expect(scripted.server.requests[1]).toMatchObject({
			method: "DELETE",
			path: "/account/reg/pre/a",
		});
	});

	test("can be cancelled while the server is silent", async () => {
		for (const keys of [["a"], ["a", "b"]]) {
			await using scripted = await scriptedAzure(() => undefined);
			const controller = new AbortController();
			const reason = new Error("cancelled");
			const deleting = scripted.store.delete(keys, {
				signal: controller.signal,
			});
			void until(() => scripted.server.requests.length === 1).then(() =>
				controller.abort(reason),
			);
			await expect(deleting).rejects.toBe(reason);
		}
	});
});

describe("tokens", () => {
	test("go out with every request, parts of a batch included", async () => {
		const authorization = new ByToken(async () => ({
			token: "T0KEN",
			expiresOnTimestamp: Date.now() + 3_600_000,
		}));
		await using scripted = await scriptedAzure(
			(request, response) =>
				request.method === "POST"
					? answerBatch(request, response, () => ["202 Accepted"])
					: give(response, ""),
			{ authorization },
		);
		await scripted.store.head("a");
		await scripted.store.delete(["a", "b"]);
		const { requests } = scripted.server;
		for (const { headers } of requests)
			expect(headers.authorization).toBe("Bearer T0KEN");
		expect(
			requests[1]?.body.toString().match(/authorization: Bearer T0KEN/g),
		).toHaveLength(2);
	});

	test("that cannot be had fail the request as unauthenticated", async () => {
		const failure = Object.assign(new Error("none"), {
			name: "CredentialUnavailableError",
		});
		const authorization = new ByToken(() => Promise.reject(failure));
		await using scripted = await scriptedAzure(() => undefined, {
			authorization,
		});
		await expectCode(scripted.store.head("a"), "unauthenticated");
		await expectCode(scripted.store.delete(["a", "b"]), "unauthenticated");
	});
});
