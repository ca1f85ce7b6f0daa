import { describe, expect, test } from "vitest";
import { parseLocation } from "../../../src/store/azure/location.ts";
import { StoreError } from "../../../src/store/errors.ts";

const parse = (text: string) => parseLocation(new URL(text));

function refusal(text: string): StoreError {
	try {
		parse(text);
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error("it was taken");
}

describe("an az: URL", () => {
	test("names account, container and prefix", () => {
		expect(parse("az://account/reg/pre/fix")).toEqual({
			url: "az://account/reg/pre/fix",
			account: "account",
			container: "reg",
			root: "pre/fix",
			endpoint: undefined,
			rootPrefix: undefined,
			appendBelow: 0,
		});
	});

	test.each([
		["az://account/reg", ""],
		["az://account/reg/", ""],
		["az://account/reg//", ""],
		["az://account/reg/pre", "pre"],
		["az://account/reg/pre/", "pre"],
		["az://account/reg//pre//fix//", "pre//fix"],
		["az://account/reg/a%20b%2Fc%25", "a b/c%"],
		["az://account/reg/%C3%BC", "ü"],
	])("%s has the root directory %j", (text, root) => {
		expect(parse(text).root).toBe(root);
	});

	test.each(["reg", "my-reg-2", "123", "$root", "$web", "a".repeat(63)])(
		"takes the container %s",
		(container) => {
			expect(parse(`az://account/${container}`).container).toBe(container);
		},
	);

	test.each([
		["endpoint=https://h", "https://h"],
		["endpoint=https://h/", "https://h"],
		[
			"endpoint=http://127.0.0.1:10000/devstoreaccount1",
			"http://127.0.0.1:10000/devstoreaccount1",
		],
		["endpoint=https://h:8443/a/b/", "https://h:8443/a/b"],
		["endpoint=https://h:443", "https://h"],
		["realm=core.windows.net", "https://account.blob.core.windows.net"],
		[
			"realm=core.chinacloudapi.cn",
			"https://account.blob.core.chinacloudapi.cn",
		],
	])("with %s is at %s", (option, endpoint) => {
		expect(parse(`az://account/reg?${option}`).endpoint).toBe(endpoint);
	});

	test("has options for the key rule and for append blobs", () => {
		const { rootPrefix, appendBelow } = parse(
			"az://account/reg?root-prefix=legacy&append-blobs-below=136",
		);
		expect({ rootPrefix, appendBelow }).toEqual({
			rootPrefix: "legacy",
			appendBelow: 136,
		});
	});

	test.each([
		["az://account", /names no container/],
		["az:///reg", /names no account/],
		["az://Account/reg", /name of a storage account/],
		["az://a/reg", /name of a storage account/],
		["az://account.blob.core.windows.net/reg", /name of a storage account/],
		["az://account:1/reg", /name of a storage account/],
		["az://account/Reg", /container's name/],
		["az://account/re", /container's name/],
		["az://account/re--g", /container's name/],
		["az://account/-reg", /container's name/],
		["az://account/reg_", /container's name/],
		["az://account/reg/100%", /percent-encoded/],
		["az://account/reg#x", /"#"/],
		["az://account/reg?region=x", /"region" is not known/],
		["az://account/reg?endpoint=", /"endpoint" is empty/],
		[
			"az://account/reg?endpoint=https://a&endpoint=https://b",
			/more than once/,
		],
		["az://account/reg?endpoint=h", /not the URL of a service/],
		["az://account/reg?endpoint=ftp://h", /not the URL of a service/],
		[
			"az://account/reg?endpoint=https://h&realm=core.windows.net",
			/exclude each other/,
		],
		["az://account/reg?realm=https://h", /not the name of a domain/],
		[
			"az://account/reg?realm=blob.core.chinacloudapi.cn",
			/begins with "blob\."/,
		],
		["az://account/reg?root-prefix=both", /root-prefix/],
		["az://account/reg?append-blobs-below=1k", /append-blobs-below/],
		["az://account/reg?append-blobs-below=-1", /append-blobs-below/],
		["az://account/reg?append-blobs-below=99999999", /append-blobs-below/],
	])("%s is refused", (text, reason) => {
		const error = refusal(text);
		expect(error.code).toBe("unsupported");
		expect(error.reason).toMatch(reason);
	});

	test("with a realm as a service's host begins says how to write it", () => {
		const { suggestions } = refusal(
			"az://account/reg?realm=blob.core.chinacloudapi.cn",
		);
		expect(suggestions).toEqual(["Write realm=core.chinacloudapi.cn."]);
	});

	test.each([
		"az://account:SECRET@h/reg",
		"az://SECRET@account/reg",
		"az://account/reg?sv=2021-12-02&sp=rwdl&sig=SECRET",
		"az://account/reg?sig=SECRET",
		"az://account/reg?endpoint=https://u:SECRET@h",
		"az://account/reg?endpoint=https%3A%2F%2Fh%2F%3Fsig%3DSECRET",
		"az://account/reg?endpoint=SECRET",
	])("with credentials, %s, is refused without repeating them (I7)", (text) => {
		const error = refusal(text);
		expect(error.code).toBe("unsupported");
		for (const shown of [error.message, error.store, ...error.suggestions])
			expect(shown).not.toContain("SECRET");
	});
});
