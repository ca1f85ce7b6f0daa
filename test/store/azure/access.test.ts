import { describe, expect, test, vi } from "vitest";
import { findAccess } from "../../../src/store/azure/access.ts";
import { parseLocation } from "../../../src/store/azure/location.ts";
import { StoreError } from "../../../src/store/errors.ts";
import { KEY } from "./scripted-azure.ts";

const OTHER_KEY = Buffer.alloc(64, 8).toString("base64");
const SAS = "sv=2021-12-02&sp=rwdl&sig=SECRET%3D";

/** An environment, without the beginning that all its names share. */
type Settings = Readonly<Record<string, string>>;

const named = (settings: Settings) =>
	Object.fromEntries(
		Object.entries(settings).map(([name, value]) => [
			`AZURE_STORAGE_${name}`,
			value,
		]),
	);

const find = (settings: Settings, url = "az://account/reg") =>
	findAccess(parseLocation(new URL(url)), named(settings), async () => ({
		token: "token",
		expiresOnTimestamp: Date.now() + 3_600_000,
	}));

/** Where requests would go, and what would show that they may. */
async function found(settings: Settings, url?: string) {
	const { serviceUrl, authorization } = find(settings, url);
	await authorization.prepare();
	const request = {
		method: "GET",
		path: "/",
		query: {},
		headers: {},
		contentLength: 0,
	};
	return {
		serviceUrl,
		query: authorization.query,
		header: authorization.header(request),
	};
}

function refusal(settings: Settings, url?: string): StoreError {
	try {
		find(settings, url);
	} catch (error) {
		if (error instanceof StoreError) return error;
		throw error;
	}
	throw new Error("it was taken");
}

const PUBLIC = "https://account.blob.core.windows.net";
const BY_KEY = expect.stringMatching(/^SharedKey account:/);

describe("credentials", () => {
	test.each<[string, Settings, object]>([
		["a key", { KEY }, { serviceUrl: PUBLIC, query: "", header: BY_KEY }],
		[
			"a shared access signature",
			{ SAS_TOKEN: SAS },
			{ serviceUrl: PUBLIC, query: SAS, header: undefined },
		],
		[
			"a shared access signature with its question mark",
			{ SAS_TOKEN: `?${SAS}` },
			{ query: SAS },
		],
		[
			"a key before a shared access signature",
			{ KEY, SAS_TOKEN: SAS },
			{ query: "", header: BY_KEY },
		],
		[
			"a connection string with a key",
			{
				CONNECTION_STRING: `DefaultEndpointsProtocol=https;AccountName=account;AccountKey=${KEY};EndpointSuffix=core.windows.net`,
			},
			{ serviceUrl: PUBLIC, header: BY_KEY },
		],
		[
			"a connection string for another cloud",
			{
				CONNECTION_STRING: `AccountName=account;AccountKey=${KEY};EndpointSuffix=core.chinacloudapi.cn`,
			},
			{ serviceUrl: "https://account.blob.core.chinacloudapi.cn" },
		],
		[
			"a connection string with an endpoint",
			{
				CONNECTION_STRING: `AccountName=account;AccountKey=${KEY};BlobEndpoint=http://127.0.0.1:1/account/`,
			},
			{ serviceUrl: "http://127.0.0.1:1/account" },
		],
		[
			"a connection string with a shared access signature",
			{
				CONNECTION_STRING: `BlobEndpoint=https://account.blob.core.windows.net/;SharedAccessSignature=${SAS}`,
			},
			{ serviceUrl: PUBLIC, query: SAS },
		],
		[
			"a connection string whose account is in the path",
			{
				CONNECTION_STRING: `BlobEndpoint=https://10.0.0.1/account;SharedAccessSignature=${SAS}`,
			},
			{ serviceUrl: "https://10.0.0.1/account" },
		],
		[
			"a connection string before a key",
			{
				CONNECTION_STRING: `AccountName=account;SharedAccessSignature=${SAS}`,
				KEY,
			},
			{ query: SAS },
		],
		[
			"a key of the account that is named",
			{ ACCOUNT: "account", KEY },
			{ header: BY_KEY },
		],
		[
			"no key of another account",
			{ ACCOUNT: "other", KEY: OTHER_KEY, SAS_TOKEN: SAS },
			{ query: "", header: "Bearer token" },
		],
		[
			"a connection string beside another account's key",
			{
				ACCOUNT: "other",
				KEY: OTHER_KEY,
				CONNECTION_STRING: `AccountName=account;SharedAccessSignature=${SAS}`,
			},
			{ query: SAS },
		],
		[
			"a key beside another account's connection string",
			{ KEY, CONNECTION_STRING: `AccountName=other;AccountKey=${OTHER_KEY}` },
			{ header: BY_KEY },
		],
		[
			"an identity where there is nothing else",
			{},
			{ serviceUrl: PUBLIC, query: "", header: "Bearer token" },
		],
		[
			"an identity where what there is is empty",
			{ KEY: "", SAS_TOKEN: "", CONNECTION_STRING: "", ACCOUNT: "" },
			{ header: "Bearer token" },
		],
	])("are %s", async (_what, settings, expected) => {
		expect(await found(settings)).toMatchObject(expected);
	});

	test("go to the endpoint that the URL names, whatever a connection string says", async () => {
		const CONNECTION_STRING = `AccountName=account;AccountKey=${KEY};BlobEndpoint=https://other`;
		expect(
			await found(
				{ CONNECTION_STRING },
				"az://account/reg?endpoint=https://h/p",
			),
		).toMatchObject({
			serviceUrl: "https://h/p",
		});
	});

	test.each<[string, Settings, RegExp]>([
		[
			"another account's connection string alone",
			{ CONNECTION_STRING: `AccountName=other;AccountKey=${KEY}` },
			/is of the account "other"/,
		],
		[
			"a connection string of no account",
			{ CONNECTION_STRING: "SECRET" },
			/is of no account/,
		],
		[
			"a connection string without a secret",
			{ CONNECTION_STRING: "AccountName=account" },
			/neither a key nor/,
		],
		[
			"a key that was cut off",
			{ KEY: `${KEY.slice(0, 31)}SECRET` },
			/not base64/,
		],
		["a key with a blank in it", { KEY: `SECRET ${KEY}` }, /not base64/],
		[
			"a shared access signature that was cut off",
			{ SAS_TOKEN: "sv=2021-12-02&se=SECRET" },
			/is not one/,
		],
		[
			"a shared access signature on two lines",
			{ SAS_TOKEN: `sig=SECRET\nx` },
			/is not one/,
		],
	])("are refused: %s, and not repeated (I7)", (_what, settings, reason) => {
		const error = refusal(settings);
		expect(error).toMatchObject({ code: "unauthenticated" });
		expect(error.reason).toMatch(reason);
		expect(error.suggestions).toHaveLength(1);
		expect([error.message, ...error.suggestions].join()).not.toMatch(
			/SECRET|BwcHB/,
		);
	});

	test("do not go over the network in the clear, unless they are only signed with (I7)", async () => {
		const url = "az://account/reg?endpoint=http://10.0.0.1/account";
		const secrets: readonly Settings[] = [{ SAS_TOKEN: SAS }, {}];
		for (const settings of secrets)
			expect(refusal(settings, url)).toMatchObject({ code: "unsupported" });
		expect(await found({ KEY }, url)).toMatchObject({ header: BY_KEY });
		for (const host of ["127.0.0.1:1", "localhost:1", "[::1]:1"]) {
			const local = `az://account/reg?endpoint=http://${host}/account`;
			expect(await found({ SAS_TOKEN: SAS }, local)).toMatchObject({
				query: SAS,
			});
		}
	});
});

describe("an identity", () => {
	test("that Azure's own library does not find is named, with what to set", async () => {
		// Of all that the library would look for, the one that does not ask the network.
		vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "EnvironmentCredential");
		for (const name of [
			"AZURE_CLIENT_ID",
			"AZURE_TENANT_ID",
			"AZURE_CLIENT_SECRET",
		])
			vi.stubEnv(name, undefined);
		const { authorization } = findAccess(
			parseLocation(new URL("az://account/reg")),
			{},
		);
		await expect(authorization.prepare()).rejects.toMatchObject({
			name: expect.stringMatching(
				/^(CredentialUnavailable|AggregateAuthentication)Error$/,
			),
		});
		vi.unstubAllEnvs();
	});
});
