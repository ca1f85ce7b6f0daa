import { describe, expect, test } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import { retry } from "../../../src/store/retry.ts";
import { bytes, expectCode } from "../../conformance/objects.ts";
import { failureOf } from "../http/failures.ts";
import { type Arrived, until } from "../http/http-server.ts";
import {
	give,
	listing,
	refuse,
	resource,
	scriptedGcs,
	TOKEN,
} from "./scripted-gcs.ts";

/** Whether a request asks for a listing, not for an object. */
function isListing({ path }: Arrived): boolean {
	return path === "/storage/v1/b/reg/o";
}

describe("head", () => {
	test("asks for the object's metadata, with the token", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, resource("a b/c")),
		);
		expect(await scripted.store.head("a b/c")).toEqual({
			key: "a b/c",
			size: 1,
			version: "17",
			lastModified: Date.parse("2026-02-03T12:00:00.123Z"),
			md5: "9dd4e461268c8034f5c8564e155c67a6",
		});
		const [request] = scripted.server.requests;
		expect(request?.path).toBe("/storage/v1/b/reg/o/pre%2Fa%20b%2Fc");
		expect(request?.headers.authorization).toBe(`Bearer ${TOKEN}`);
	});

	test("of a composite object knows no MD5", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, { ...resource("a"), md5Hash: undefined }),
		);
		expect(await scripted.store.head("a")).toMatchObject({ md5: undefined });
	});

	test.each([
		["absent", []],
		["absent", ["a-longer-one"]],
		["there after all", ["a"]],
	])(
		"that is answered 404 asks a listing (I2): %s",
		async (expected, names) => {
			await using scripted = await scriptedGcs((request, response) =>
				isListing(request)
					? give(response, listing(names))
					: refuse(response, 404, "notFound"),
			);
			const meta = await scripted.store.head("a");
			expect(meta === undefined ? "absent" : "there after all").toBe(expected);
			expect(scripted.server.requests[1]?.query.get("prefix")).toBe("pre/a");
		},
	);

	test.each([
		[404, "notFound", "unavailable"],
		[403, "forbidden", "permission-denied"],
		[503, "backendError", "unavailable"],
		[401, "authError", "unauthenticated"],
	] as const)(
		"that is answered 404, and a listing %i %s, is %s, not absent (I2)",
		async (status, reason, code) => {
			await using scripted = await scriptedGcs((request, response) =>
				isListing(request)
					? refuse(response, status, reason)
					: refuse(response, 404, "notFound"),
			);
			await expectCode(scripted.store.head("a"), code);
			await expectCode(scripted.store.get("a"), code);
		},
	);

	test.each(["", "<html></html>", "{}", '{"kind":"storage#object"}', "[1]"])(
		"that is answered %j is unavailable, not absent (I2)",
		async (body) => {
			await using scripted = await scriptedGcs((_request, response) => {
				response.end(body);
			});
			await expectCode(scripted.store.head("a"), "unavailable");
		},
	);

	test("of no key does not take the bucket for an object", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, listing(["a"])),
		);
		await expectCode(scripted.store.head(""), "unsupported");
		await expectCode(scripted.store.get(""), "unsupported");
		expect(scripted.server.requests).toEqual([]);
	});
});

describe("get", () => {
	const HEADERS = {
		"content-type": "application/octet-stream",
		"x-goog-generation": "17",
		"last-modified": "Tue, 03 Feb 2026 12:00:00 GMT",
		"content-length": "5",
	};

	test.each([
		["one header", "crc32c=AAAAAA==,md5=XUFAKrxLKna5cZ2REBfFkg=="],
		["two headers", ["crc32c=AAAAAA==", "md5=XUFAKrxLKna5cZ2REBfFkg=="]],
		["another order", "md5=XUFAKrxLKna5cZ2REBfFkg==, crc32c=AAAAAA=="],
	])(
		"takes the metadata from the download: hashes in %s",
		async (_how, hash) => {
			await using scripted = await scriptedGcs((_request, response) => {
				response.writeHead(200, { ...HEADERS, "x-goog-hash": hash });
				response.end("hello");
			});
			await using reader = await scripted.store.get("a");
			expect(reader.meta).toEqual({
				key: "a",
				size: 5,
				version: "17",
				lastModified: Date.parse("2026-02-03T12:00:00Z"),
				md5: "5d41402abc4b2a76b9719d911017c592",
			});
		},
	);

	test("asks for the bytes as they are stored, also those that are compressed", async () => {
		await using scripted = await scriptedGcs((_request, response) => {
			response.writeHead(200, { ...HEADERS, "content-encoding": "gzip" });
			response.end("zzzzz");
		});
		await using reader = await scripted.store.get("a");
		expect(Buffer.from(await reader.bytes(100)).toString()).toBe("zzzzz");
		const [request] = scripted.server.requests;
		expect(request?.headers["accept-encoding"]).toBe("gzip");
		expect(request?.query.get("alt")).toBe("media");
	});

	test("of a range refuses the whole", async () => {
		await using scripted = await scriptedGcs((_request, response) => {
			response.writeHead(200, HEADERS);
			response.write("h");
		});
		await expectCode(scripted.store.get("a", { start: 1 }), "unsupported");
		await until(() => scripted.server.open.size === 0);
		expect(scripted.server.open.size).toBe(0);
	});

	test("that is answered 404 is not-found only when the bucket says so too (I2)", async () => {
		await using scripted = await scriptedGcs((request, response) =>
			isListing(request)
				? give(response, listing(request.number < 2 ? [] : ["a"]))
				: void response.writeHead(404).end("No such object: reg/pre/a"),
		);
		await expectCode(scripted.store.get("a"), "not-found");
		await expectCode(scripted.store.get("a"), "unavailable");
		// The connection of a download that failed is used again.
		expect(scripted.server.accepted()).toBe(1);
	});

	test.each([
		[403, "forbidden", "permission-denied"],
		[429, "rateLimitExceeded", "throttled"],
	] as const)(
		"that is answered %i %s rejects with %s, and leaves its connection",
		async (status, reason, code) => {
			await using scripted = await scriptedGcs((_request, response) =>
				refuse(response, status, reason),
			);
			for (let round = 0; round < 3; round++)
				await expectCode(scripted.store.get("a"), code);
			expect(scripted.server.accepted()).toBe(1);
		},
	);

	test("that does not say how large the object is rejects, and frees its connection", async () => {
		await using scripted = await scriptedGcs((_request, response) => {
			response.writeHead(200);
			response.write("a chunk");
		});
		const { server, store } = scripted;
		await expectCode(store.get("a"), "unknown");
		await until(() => server.open.size === 0);
		expect(server.open.size).toBe(0);
	});

	test("of a body that breaks off rejects when it is read", async () => {
		await using scripted = await scriptedGcs((_request, response) => {
			response.writeHead(200, { ...HEADERS, "content-length": 100 });
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
});

describe("delete", () => {
	test("says of each key that is left why; what is absent counts as deleted", async () => {
		await using scripted = await scriptedGcs((request, response) => {
			if (isListing(request)) return give(response, listing([]));
			if (request.path.endsWith("held"))
				return refuse(response, 403, "objectUnderActiveHold");
			if (request.path.endsWith("absent"))
				return refuse(response, 404, "notFound");
			response.writeHead(204).end();
		});
		const failures = await scripted.store.delete(["a", "held", "absent"]);
		expect(
			[...failures].map(([key, { code, reason }]) => [key, code, reason]),
		).toEqual([["held", "permission-denied", "a hold protects it: -"]]);
	});

	test("asks again for those keys alone that may be deleted the next time", async () => {
		await using scripted = await scriptedGcs((request, response) => {
			if (request.path.endsWith("busy") && request.number < 3)
				return refuse(response, 503, "backendError");
			if (request.path.endsWith("forbidden"))
				return refuse(response, 403, "forbidden");
			response.writeHead(204).end();
		});
		const store = retry(scripted.store, { baseMs: 0 });
		const failures = await store.delete(["busy", "forbidden", "c"]);
		expect([...failures.keys()]).toEqual(["forbidden"]);
		expect(scripted.server.requests).toHaveLength(4);
	});

	test("has a bounded number of requests under way", async () => {
		await using scripted = await scriptedGcs(async ({ number }, response) => {
			if (number < 32) await until(() => scripted.server.requests.length >= 32);
			response.writeHead(204).end();
		});
		const keys = Array.from({ length: 100 }, (_, index) => `k${index}`);
		expect(await scripted.store.delete(keys)).toEqual(new Map());
		expect(scripted.server.accepted()).toBe(32);
		expect(new Set(scripted.server.requests.map(({ url }) => url)).size).toBe(
			100,
		);
	});

	test("can be cancelled while the server is silent", async () => {
		await using scripted = await scriptedGcs(() => undefined);
		const controller = new AbortController();
		const reason = new Error("cancelled");
		const { signal } = controller;
		const deleting = scripted.store.delete(["a", "b"], { signal });
		void until(() => scripted.server.requests.length === 2).then(() =>
			controller.abort(reason),
		);
		await expect(deleting).rejects.toBe(reason);
	});
});

describe("every request", () => {
	test("names who pays for it", async () => {
		await using scripted = await scriptedGcs((request, response) => {
			if (request.method === "GET")
				return give(
					response,
					isListing(request) ? listing(["a"]) : resource("a"),
				);
			if (request.method === "POST") return give(response, resource("a"));
			response.writeHead(204).end();
		}, "user-project=payer-1");
		const { store, server } = scripted;
		await store.head("a");
		await store.put("a", bytes("x"));
		await store.delete(["a"]);
		await Array.fromAsync(store.list({ prefix: "" }));
		expect(server.requests).toHaveLength(4);
		for (const { query } of server.requests)
			expect(query.get("userProject")).toBe("payer-1");
	});

	test("fails in words that hold no token (I7)", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			refuse(response, 401, "authError", "Invalid Credentials"),
		);
		const error = await failureOf(scripted.store.put("a/b", bytes("x")));
		if (!(error instanceof StoreError)) throw error;
		const { message, suggestions, ...rest } = error;
		const all = [message, ...suggestions, JSON.stringify(rest)].join();
		expect(message).toMatch(/^Cannot put "a\/b" in gs:\/\/reg\/pre: /);
		expect(all).toContain("Invalid Credentials");
		expect(all).not.toContain(TOKEN);
	});
});
