import { describe, expect, test } from "vitest";
import { parseLocation } from "../../src/store/azure/location.ts";
import { locationOf, refusalOf, SECRET } from "./configuration.ts";

const AT = { accountname: "acc", container: "reg" };
const NO_SHARED_KEY = {
	AZURE_STORAGE_CONNECTION_STRING: undefined,
	AZURE_STORAGE_SAS_TOKEN: undefined,
};

const urlOf = (driver: string, parameters: Record<string, unknown>) => {
	const { url } = locationOf(driver, parameters);
	parseLocation(new URL(url));
	return url;
};

describe("where the container is", () => {
	test.each([
		["in Azure", AT, ""],
		["in Azure, by name", { ...AT, realm: "core.windows.net" }, ""],
		[
			"in another cloud",
			{ ...AT, realm: "core.chinacloudapi.cn" },
			"realm=core.chinacloudapi.cn&",
		],
		[
			"at a service's URL, which goes before the realm",
			{ ...AT, serviceurl: "http://azurite/acc", realm: "core.windows.net" },
			"endpoint=http%3A%2F%2Fazurite%2Facc&",
		],
		[
			"at a service's URL that has the account's name",
			{
				container: "reg",
				credentials_type: "default_credentials",
				serviceurl: "https://acc.blob.core.windows.net",
			},
			"endpoint=https%3A%2F%2Facc.blob.core.windows.net&",
		],
	])("%s", (_what, parameters, options) => {
		expect(urlOf("azure_v2", parameters)).toBe(
			`az://acc/reg?${options}root-prefix=trimmed`,
		);
	});

	test("below a root directory", () => {
		const url = urlOf("azure_v2", { ...AT, rootdirectory: "/a b/c/" });
		expect(url).toBe("az://acc/reg/a%20b/c?root-prefix=trimmed");
	});
});

describe("whether names begin with a slash", () => {
	test.each([
		["azure", {}, "existing"],
		["azure_v2", {}, "trimmed"],
		["azure", { credentials: { type: "shared_key" } }, "trimmed"],
		["azure", { legacyrootprefix: "true" }, "legacy"],
		["azure", { legacyrootprefix: "false" }, "trimmed"],
		["azure", { trimlegacyrootprefix: "true" }, "trimmed"],
		["azure", { trimlegacyrootprefix: "false" }, "legacy"],
		["azure_v2", { legacyrootprefix: "true" }, "legacy"],
		[
			"azure_v2",
			{ legacyrootprefix: "true", trimlegacyrootprefix: "false" },
			"legacy",
		],
		[
			"azure",
			{ legacyrootprefix: "false", trimlegacyrootprefix: "true" },
			"trimmed",
		],
	])("%s with %j: %s", (driver, parameters, rootPrefix) => {
		const url = urlOf(driver, { ...AT, ...parameters });
		expect(new URL(url).searchParams.get("root-prefix")).toBe(rootPrefix);
	});
});

describe("credentials", () => {
	const key = {
		...NO_SHARED_KEY,
		AZURE_STORAGE_ACCOUNT: "acc",
		AZURE_STORAGE_KEY: SECRET,
	};
	const application = {
		...NO_SHARED_KEY,
		AZURE_STORAGE_KEY: undefined,
		AZURE_TENANT_ID: "tenant",
		AZURE_CLIENT_ID: "client",
		AZURE_CLIENT_SECRET: SECRET,
	};

	test.each([
		["none", {}, {}],
		["Distribution 2, GitLab", { accountkey: SECRET }, key],
		[
			"Distribution 3",
			{ accountkey: SECRET, credentials: { type: "shared_key" } },
			key,
		],
		["GitLab", { accountkey: SECRET, credentials_type: "shared_key" }, key],
		[
			"Distribution 3, an application",
			{
				accountkey: "unused",
				credentials: {
					type: "client_secret",
					tenantid: "tenant",
					clientid: "client",
					secret: SECRET,
				},
			},
			application,
		],
		[
			"GitLab, an application",
			{
				credentials_type: "client_secret",
				tenant_id: "tenant",
				client_id: "client",
				secret: SECRET,
			},
			application,
		],
		[
			"Distribution 3, the usual",
			{ credentials: { type: "default_credentials" } },
			{},
		],
		["GitLab, the usual", { credentials_type: "default_credentials" }, {}],
	])("%s", (_what, parameters, environment) => {
		const location = locationOf("azure", { ...AT, ...parameters });
		expect(location.environment).toStrictEqual(environment);
	});
});

test("what says nothing of objects is passed over", () => {
	expect(
		urlOf("azure_v2", {
			...AT,
			max_retries: "5",
			retry_delay: "100ms",
			retry_try_timeout: "0",
			max_retry_delay: "1s",
			api_pool_initial_interval: "1s",
			api_pool_max_interval: "1s",
			api_pool_max_elapsed_time: "1s",
			debug_log: "true",
			debug_log_events: "request",
			connectionstring: SECRET,
		}),
	).toBe("az://acc/reg?root-prefix=trimmed");
});

test.each([
	[{ container: "reg" }, /accountname is missing/],
	[{ accountname: "acc" }, /container is missing/],
	[{ ...AT, accountname: "A_c" }, /not the name of a storage account/],
	[{ ...AT, container: "reg/pre" }, /not the name of a container/],
	[{ ...AT, skipverify: "true" }, /skipverify has no equivalent/],
	[
		{ ...AT, legacyrootprefix: "true", trimlegacyrootprefix: "true" },
		/contradict each other/,
	],
	[{ ...AT, credentials_type: SECRET }, /unknown type/],
	[
		{ ...AT, credentials: { type: "client_secret", secret: SECRET } },
		/credentials\.tenantid is missing/,
	],
])("%j is refused", (parameters, reason) => {
	const error = refusalOf(() => locationOf("azure", parameters));
	expect(error.message).toMatch(reason);
});
