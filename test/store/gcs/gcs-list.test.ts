import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { expectCode, keysOf } from "../../conformance/objects.ts";
import {
	give,
	listing,
	refuse,
	resource,
	scriptedGcs,
} from "./scripted-gcs.ts";

describe("list", () => {
	const PAGES = [["a", "b"], ["c"], ["d", "e"]] as const;

	test.each<[string, (response: ServerResponse) => void]>([
		["fails", (response) => refuse(response, 503, "backendError")],
		["breaks off", (response) => response.socket?.destroy()],
		[
			"is cut off",
			(response) =>
				response.end(JSON.stringify(listing(["c"], "2")).slice(0, -30)),
		],
		[
			"is an error with status 200",
			(response) => give(response, { error: {} }),
		],
		["is empty", (response) => response.end()],
		["says nothing of itself", (response) => give(response, {})],
	])(
		"goes on with the same page when one in the middle %s",
		async (_how, fail) => {
			let failures = 0;
			await using scripted = await scriptedGcs(({ query }, response) => {
				const page = Number(query.get("pageToken") ?? 0);
				if (page === 1 && failures++ < 1) return fail(response);
				const token = page < 2 ? String(page + 1) : undefined;
				give(response, listing(PAGES[page] ?? [], token));
			});
			expect(await keysOf(scripted.store, { prefix: "" })).toEqual([
				"a",
				"b",
				"c",
				"d",
				"e",
			]);
			const asked = scripted.server.requests.map(({ query }) =>
				query.get("pageToken"),
			);
			expect(asked).toEqual([null, "1", "1", "2"]);
		},
	);

	test("asks for 1,000 at a time, of the prefix, and for no more than is needed", async () => {
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, listing([])),
		);
		await keysOf(scripted.store, { prefix: "a b/" });
		const query = scripted.server.requests[0]?.query;
		expect(Object.fromEntries(query ?? [])).toEqual({
			maxResults: "1000",
			prefix: "pre/a b/",
			fields:
				"kind,items(name,size,generation,md5Hash,updated,contentType),prefixes,nextPageToken",
		});
	});

	test("goes on when a page holds nothing but the token of the next", async () => {
		await using scripted = await scriptedGcs(({ number }, response) =>
			give(response, number === 0 ? listing([], "t") : listing(["a"])),
		);
		expect(await keysOf(scripted.store, { prefix: "" })).toEqual(["a"]);
	});

	test("sends back the token as it came, whatever is in it", async () => {
		const token = "1/a+b==&x=y %20é";
		await using scripted = await scriptedGcs(({ number }, response) =>
			give(response, number === 0 ? listing(["a"], token) : listing(["b"])),
		);
		await keysOf(scripted.store, { prefix: "" });
		expect(scripted.server.requests[1]?.query.get("pageToken")).toBe(token);
	});

	test("refuses keys out of order, also across pages", async () => {
		for (const pages of [[["b", "a"]], [["a", "a"]], [["a", "c"], ["b"]]]) {
			await using scripted = await scriptedGcs(({ number }, response) => {
				const isLast = number === pages.length - 1;
				give(response, listing(pages[number] ?? [], isLast ? undefined : "t"));
			});
			await expectCode(keysOf(scripted.store, { prefix: "" }), "unsupported");
		}
	});

	test("gives up on a server that gives the same token for ever", async () => {
		// Nothing is waited for.
		const random = vi.spyOn(Math, "random").mockReturnValue(0);
		onTestFinished(() => random.mockRestore());
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, listing([], "t")),
		);
		await expectCode(keysOf(scripted.store, { prefix: "" }), "unavailable");
		expect(scripted.server.requests).toHaveLength(10);
	});

	test("leaves out the key after which it begins, on the first page alone", async () => {
		await using scripted = await scriptedGcs(({ number }, response) =>
			give(response, number === 0 ? listing(["b", "c"], "t") : listing(["d"])),
		);
		const options = { prefix: "", startAfter: "b" };
		expect(await keysOf(scripted.store, options)).toEqual(["c", "d"]);
		const offsets = scripted.server.requests.map(({ query }) =>
			query.get("startOffset"),
		);
		// A token holds only together with the offset that it was given for.
		expect(offsets).toEqual(["pre/b", "pre/b"]);
	});

	test("does not list what is cut off page by page", async () => {
		await using scripted = await scriptedGcs(({ query }, response) =>
			give(
				response,
				query.get("startOffset") === null
					? listing(["a", "cut/1", "cut/2"], "t")
					: listing(["cut0"]),
			),
		);
		const prune = (prefix: string) => prefix === "cut/";
		expect(await keysOf(scripted.store, { prefix: "", prune })).toEqual([
			"a",
			"cut0",
		]);
		const query = scripted.server.requests[1]?.query;
		expect(query?.get("startOffset")).toBe("pre/cut0");
		expect(query?.get("pageToken")).toBeNull();
	});

	test("leaves out what the registry's driver hides", async () => {
		const contentType = "application/x-docker-upload-session";
		await using scripted = await scriptedGcs((_request, response) =>
			give(response, {
				kind: "storage#objects",
				items: [
					resource("a"),
					{ ...resource("b"), contentType },
					resource("c"),
				],
			}),
		);
		expect(await keysOf(scripted.store, { prefix: "" })).toEqual(["a", "c"]);
	});
});
