import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { identityToken } from "../../../src/store/azure/access.ts";
import { fromThrown } from "../../../src/store/azure/errors.ts";
import type { Environment } from "../../../src/store/environment.ts";
import type { StoreError } from "../../../src/store/errors.ts";
import { Transport } from "../../../src/store/http/transport.ts";
import { failureOf } from "../http/failures.ts";
import { serve } from "../http/http-server.ts";
import { InspectingProxy, type Proxied } from "../http/inspecting-proxy.ts";
import { trust } from "../http/trust.ts";

const TENANT = "11111111-1111-1111-1111-111111111111";
const AUTHORITY = "https://login.microsoftonline.com";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "regmigrate-credentials-"));
	for (const name of [
		"AZURE_TENANT_ID",
		"AZURE_CLIENT_ID",
		"AZURE_CLIENT_SECRET",
		"AZURE_FEDERATED_TOKEN_FILE",
		"IDENTITY_ENDPOINT",
		"MSI_ENDPOINT",
	])
		vi.stubEnv(name, undefined);
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await rm(directory, { recursive: true });
});

/** What Microsoft's token service answers. */
function entra({ url }: Proxied) {
	const body = url.pathname.endsWith("/token")
		? { token_type: "Bearer", access_token: "issued", expires_in: 3600 }
		: {
				tenant_discovery_endpoint: `${AUTHORITY}/${TENANT}/v2.0/.well-known/openid-configuration`,
				"api-version": "1.1",
				metadata: [
					{
						preferred_network: "login.microsoftonline.com",
						preferred_cache: "login.windows.net",
						aliases: ["login.microsoftonline.com"],
					},
				],
				token_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/token`,
				authorization_endpoint: `${AUTHORITY}/${TENANT}/oauth2/v2.0/authorize`,
				issuer: `${AUTHORITY}/${TENANT}/v2.0`,
				jwks_uri: `${AUTHORITY}/${TENANT}/discovery/v2.0/keys`,
			};
	return { contentType: "application/json", body: JSON.stringify(body) };
}

/** The token where the proxy is set. `written` is how its variable is written. */
async function token(
	proxy: InspectingProxy,
	written = proxy.url,
): Promise<string> {
	trust(proxy.cert);
	vi.stubEnv("HTTPS_PROXY", written);
	vi.stubEnv("HTTP_PROXY", written);
	await using transport = new Transport(process.env);
	return (await identityToken(process.env, transport)()).token;
}

function expectAsked(proxy: InspectingProxy): void {
	expect(new Set(proxy.requests.map(({ url }) => url.origin))).toEqual(
		new Set([AUTHORITY]),
	);
	expect(proxy.requests.filter(({ method }) => method === "POST")).toHaveLength(
		1,
	);
}

test("tokens by an application's secret are asked for through the proxy", async () => {
	await using proxy = await InspectingProxy.start({ answer: entra });
	vi.stubEnv("AZURE_TENANT_ID", TENANT);
	vi.stubEnv("AZURE_CLIENT_ID", "client");
	vi.stubEnv("AZURE_CLIENT_SECRET", "secret");
	expect(await token(proxy)).toBe("issued");
	expectAsked(proxy);
	expect(await token(proxy, new URL(proxy.url).host)).toBe("issued");
});

test("tokens by workload identity are asked for through the proxy", async () => {
	await using proxy = await InspectingProxy.start({ answer: entra });
	const file = join(directory, "token");
	writeFileSync(file, "identity");
	vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "WorkloadIdentityCredential");
	vi.stubEnv("AZURE_TENANT_ID", TENANT);
	vi.stubEnv("AZURE_CLIENT_ID", "client");
	vi.stubEnv("AZURE_FEDERATED_TOKEN_FILE", file);
	expect(await token(proxy)).toBe("issued");
	expectAsked(proxy);
});

test("the machine's metadata service is asked without the proxy", async () => {
	await using proxy = await InspectingProxy.start();
	await using metadata = await serve((_request, response) => {
		const expires_on = String(Math.floor(Date.now() / 1000) + 3600);
		response.setHeader("content-type", "application/json");
		response.end(
			JSON.stringify({
				access_token: "issued",
				expires_on,
				token_type: "Bearer",
				resource: "x",
			}),
		);
	});
	vi.stubEnv("AZURE_TOKEN_CREDENTIALS", "ManagedIdentityCredential");
	vi.stubEnv("IDENTITY_ENDPOINT", `${metadata.origin}/msi/token`);
	vi.stubEnv("IDENTITY_HEADER", "header");
	expect(await token(proxy)).toBe("issued");
	expect(metadata.requests).toHaveLength(1);
	expect(proxy.requests).toEqual([]);
	expect(proxy.tunnels).toEqual([]);
});

/** What becomes of the failure to get a token by an application's secret. */
async function failure(environment: Environment): Promise<StoreError> {
	await using transport = new Transport(environment);
	const application = {
		AZURE_TENANT_ID: TENANT,
		AZURE_CLIENT_ID: "client",
		AZURE_CLIENT_SECRET: "SECRET",
	};
	const error = await failureOf(identityToken(application, transport)());
	expect(inspect(error)).not.toContain("SECRET");
	return fromThrown(error, { store: "az://account/reg", operation: "open" });
}

test("a proxy that is not there is named, and not taken for missing credentials", async () => {
	const HTTPS_PROXY = "http://user:SECRET@127.0.0.1:9";
	expect(await failure({ HTTPS_PROXY })).toMatchObject({
		code: "unavailable",
		reason:
			"no access token was given: the proxy 127.0.0.1:9 (from HTTPS_PROXY) cannot be reached: nothing listens there (connection refused)",
		suggestions: [expect.stringContaining("NO_PROXY")],
	});
});

test("a token server that is not trusted is told from a store that is not", async () => {
	await using proxy = await InspectingProxy.start({ answer: entra });
	expect(await failure({ HTTPS_PROXY: proxy.url })).toMatchObject({
		code: "unknown",
		reason:
			"no access token was given: at the token server, the server's certificate is signed by an authority that this machine does not know",
		suggestions: [expect.stringContaining("--ca-bundle")],
	});
});
