import type { ServerResponse } from "node:http";
import { describe, expect, test } from "vitest";
import { expectCode, keysOf } from "../../conformance/objects.ts";
import { listing, refuse, scriptedS3 } from "./scripted-s3.ts";

describe("list", () => {
	const PAGES = [["a", "b"], ["c"], ["d", "e"]] as const;

	test.each<[string, (response: ServerResponse) => void]>([
		["fails", (response) => refuse(response, 503, "SlowDown")],
		["breaks off", (response) => response.socket?.destroy()],
		[
			"is cut off",
			(response) => response.end(listing(["c"], "2").slice(0, -30)),
		],
	])(
		"goes on with the same page when one in the middle %s",
		async (_how, fail) => {
			let failures = 0;
			await using scripted = await scriptedS3(({ query }, response) => {
				const page = Number(query.get("continuation-token") ?? 0);
				if (page === 1 && failures++ < 1) return fail(response);
				response.end(
					listing(PAGES[page] ?? [], page < 2 ? String(page + 1) : undefined),
				);
			});
			expect(await keysOf(scripted.store, { prefix: "" })).toEqual([
				"a",
				"b",
				"c",
				"d",
				"e",
			]);
			const asked = scripted.server.requests.map(({ query }) =>
				query.get("continuation-token"),
			);
			expect(asked).toEqual([null, "1", "1", "2"]);
		},
	);

	test("sends back the token as it came, whatever is in it", async () => {
		const token = "1/a+b==&amp; %20é";
		await using scripted = await scriptedS3(({ number }, response) => {
			response.end(number === 0 ? listing(["a"], token) : listing(["b"]));
		});
		await keysOf(scripted.store, { prefix: "" });
		const sent = scripted.server.requests[1]?.url;
		expect(sent).toContain(
			"continuation-token=1%2Fa%2Bb%3D%3D%26%20%2520%C3%A9&",
		);
	});

	test("refuses keys out of order, also across pages", async () => {
		for (const pages of [[["b", "a"]], [["a", "a"]], [["a", "c"], ["b"]]]) {
			await using scripted = await scriptedS3(({ number }, response) => {
				const isLast = number === pages.length - 1;
				response.end(listing(pages[number] ?? [], isLast ? undefined : "t"));
			});
			await expectCode(keysOf(scripted.store, { prefix: "" }), "unsupported");
		}
	});

	test("goes on by the token where the rest of a page is cut off, and leaves out what is (I2)", async () => {
		await using scripted = await scriptedS3(({ query }, response) => {
			response.end(
				query.get("continuation-token") === null
					? listing(["a", "cut/1", "cut/2"], "t")
					: listing(["cut/3", "d"]),
			);
		});
		const prune = (prefix: string) => prefix === "cut/";
		expect(await keysOf(scripted.store, { prefix: "", prune })).toEqual([
			"a",
			"d",
		]);
		for (const { query } of scripted.server.requests)
			expect(query.get("start-after")).toBe(null);
	});
});
