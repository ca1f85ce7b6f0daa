import type { ServerResponse } from "node:http";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { expectCode, keysOf, pagesOf } from "../../conformance/objects.ts";
import { listing, refuse, scriptedAzure } from "./scripted-azure.ts";

describe("list", () => {
	const PAGES = [["a", "b"], ["c"], ["d", "e"]] as const;

	test.each<[string, (response: ServerResponse) => void]>([
		["fails", (response) => refuse(response, 503, "ServerBusy")],
		["breaks off", (response) => response.socket?.destroy()],
		[
			"is cut off",
			(response) => response.end(listing(["c"], "2").slice(0, -40)),
		],
	])(
		"goes on with the same page when one in the middle %s",
		async (_how, fail) => {
			let failures = 0;
			await using scripted = await scriptedAzure(({ query }, response) => {
				const page = Number(query.get("marker") ?? 0);
				if (page === 1 && failures++ < 1) return fail(response);
				const next = page < 2 ? String(page + 1) : "";
				response.end(listing(PAGES[page] ?? [], next));
			});
			expect(await keysOf(scripted.store, { prefix: "" })).toEqual(
				PAGES.flat(),
			);
			expect(
				scripted.server.requests.map(({ query }) => query.get("marker")),
			).toEqual([null, "1", "1", "2"]);
		},
	);

	test("asks for the names of a prefix, and for what shows directories", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			response.end(listing(["a/b"]));
		});
		await keysOf(scripted.store, { prefix: "a/" });
		const [request] = scripted.server.requests;
		expect(request?.path).toBe("/account/reg");
		expect(Object.fromEntries(request?.query ?? [])).toEqual({
			restype: "container",
			comp: "list",
			prefix: "pre/a/",
			maxresults: "5000",
			include: "metadata",
		});
	});

	test("sends back the marker as it came, whatever is in it", async () => {
		const marker = "2!92!MDA/a+b== %20é";
		await using scripted = await scriptedAzure(({ number }, response) => {
			response.end(number === 0 ? listing(["a"], marker) : listing(["b"]));
		});
		await keysOf(scripted.store, { prefix: "" });
		const sent = scripted.server.requests[1];
		expect(sent?.url).toContain(
			"marker=2%2192%21MDA%2Fa%2Bb%3D%3D%20%2520%C3%A9&",
		);
	});

	test("goes on after a page without names", async () => {
		await using scripted = await scriptedAzure(({ number }, response) => {
			response.end(number < 2 ? listing([], `m${number}`) : listing(["a"]));
		});
		expect(await keysOf(scripted.store, { prefix: "" })).toEqual(["a"]);
	});

	test("refuses keys out of order, also across pages", async () => {
		for (const pages of [[["b", "a"]], [["a", "a"]], [["a", "c"], ["b"]]]) {
			await using scripted = await scriptedAzure(({ number }, response) => {
				const isLast = number === pages.length - 1;
				response.end(listing(pages[number] ?? [], isLast ? "" : `m${number}`));
			});
			await expectCode(keysOf(scripted.store, { prefix: "" }), "unsupported");
		}
	});

	test("refuses a server that gives the same page again and again", async () => {
		// Nothing is waited for.
		const random = vi.spyOn(Math, "random").mockReturnValue(0);
		onTestFinished(() => random.mockRestore());
		for (const keys of [["a"], []]) {
			await using scripted = await scriptedAzure((_request, response) => {
				response.end(listing(keys, "m"));
			});
			await expectCode(keysOf(scripted.store, { prefix: "" }), "unavailable");
			expect(scripted.server.requests).toHaveLength(10);
		}
	});

	test("refuses an account with directories, and says what to do", async () => {
		await using scripted = await scriptedAzure((_request, response) => {
			const more = "<Metadata><hdi_isfolder>true</hdi_isfolder></Metadata>";
			response.end(listing(["a/b"], "", more));
		});
		await expect(keysOf(scripted.store, { prefix: "" })).rejects.toMatchObject({
			code: "unsupported",
			reason: expect.stringContaining('"a/b" stands for a directory'),
			suggestions: [expect.stringContaining("azcopy")],
		});
	});

	test("cuts a large page of the server into pages of 1,000, and leaves out its own unfinished writes", async () => {
		const keys = Array.from({ length: 2500 }, (_, index) =>
			String(index).padStart(4, "0"),
		);
		await using scripted = await scriptedAzure((_request, response) => {
			response.end(listing([".regmigrate-staging/1", ...keys]));
		});
		const pages = await pagesOf(scripted.store, { prefix: "" });
		expect(pages.map(({ objects }) => objects.length)).toEqual([
			1000, 1000, 500,
		]);
		expect(
			pages.flatMap(({ objects }) => objects.map(({ key }) => key)),
		).toEqual(keys);
	});
});
