import { afterAll, describe, expect, test } from "vitest";
import { open as openAzure } from "../../../src/store/azure/open.ts";
import { bytes, keysOf } from "../../conformance/objects.ts";
import { hasTools } from "../../support/services.ts";
import { failureOf } from "../http/failures.ts";
import { type TestAzurite, testAzurite } from "./azurite.ts";

let azurite: TestAzurite | undefined;

/** A container with blobs of these names, and how to open it. */
async function containerWith(...names: readonly string[]) {
	azurite ??= await testAzurite();
	const { newContainer, storeUrl } = azurite;
	const container = await newContainer();
	for (const name of names)
		await container.getBlockBlobClient(name).uploadData(Buffer.from("x"));
	return {
		open: (rootPrefix?: string, prefix = "") =>
			openAzure(
				storeUrl(
					container.containerName,
					prefix,
					rootPrefix === undefined ? {} : { "root-prefix": rootPrefix },
				),
			),
		namesNow: async () =>
			(await Array.fromAsync(container.listBlobsFlat())).map(
				({ name }) => name,
			),
	};
}

describe.skipIf(!hasTools("azurite"))("the names of blobs", () => {
	afterAll(() => azurite?.[Symbol.asyncDispose]());

	test.each([
		// Each option is followed by the name that a put of "b" then gets, or by nothing where the opening is refused.
		{ there: [], none: "b", trimmed: "b", legacy: "/b" },
		{ there: ["a"], none: "b", existing: "b", trimmed: "b", legacy: "/b" },
		{ there: ["/a"], none: "/b", existing: "/b", trimmed: "b", legacy: "/b" },
		{ there: ["/a", "a"], trimmed: "b", legacy: "/b" },
	])(
		"go by the option, else by what is there: %j",
		async ({ there, ...by }) => {
			for (const option of ["none", "existing", "trimmed", "legacy"] as const) {
				const name: string | undefined = Reflect.get(by, option);
				const { open, namesNow } = await containerWith(...there);
				const opened = open(option === "none" ? undefined : option);
				if (name === undefined) {
					await expect(opened).rejects.toMatchObject({
						code: "unsupported",
						suggestions: [expect.stringContaining("root-prefix=legacy")],
					});
					continue;
				}
				await using store = await opened;
				await store.put("b", bytes("x"));
				expect(await namesNow()).toEqual([...there, name].sort());
				expect(await keysOf(store, { prefix: "" })).toContain("b");
			}
		},
	);

	test("elsewhere in the container do not count", async () => {
		const { open } = await containerWith("a", "/other/a");
		const error = await failureOf(open("existing", "/pre"));
		expect(error).toMatchObject({ code: "unsupported" });
	});
});
