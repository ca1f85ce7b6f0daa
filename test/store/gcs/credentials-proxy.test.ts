import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { openAccess } from "../../../src/store/gcs/access.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { Transport } from "../../../src/store/http/transport.ts";
import { serve } from "../http/http-server.ts";
import { InspectingProxy } from "../http/inspecting-proxy.ts";
import { trust } from "../http/trust.ts";

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "regmigrate-credentials-"));
	vi.stubEnv("HOME", directory);
	for (const name of [
		"GOOGLE_APPLICATION_CREDENTIALS",
		"STORAGE_EMULATOR_HOST",
		"GCE_METADATA_IP",
	])
		vi.stubEnv(name, undefined);
	vi.stubEnv("METADATA_SERVER_DETECTION", "none");
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await rm(directory, { recursive: true });
});

function credentials(json: object): void {
	const file = join(directory, "credentials.json");
	writeFileSync(file, JSON.stringify(json));
	vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file);
}

/** What requests show where the proxy is set. `written` is how its variable is written. */
async function authorization(
	proxy: InspectingProxy,
	written = proxy.url,
): Promise<string | undefined> {
	trust(proxy.cert);
	vi.stubEnv("HTTPS_PROXY", written);
	vi.stubEnv("HTTP_PROXY", written);
	await using transport = new Transport(process.env);
	const location = parseLocation(new URL("gs://reg"));
	const access = await openAccess(location, {}, transport);
	return (await access.headers()).authorization;
}

const json = (value: object) => ({
	contentType: "application/json",
	body: JSON.stringify(value),
});
const token = {
	access_token: "issued",
	token_type: "Bearer",
	issued_token_type: "x",
	expires_in: 3600,
};

const REFRESHED = {
	type: "authorized_user",
	client_id: "id",
	client_secret: "secret",
	refresh_token: "refresh",
};
const POOL = {
	type: "external_account",
	audience:
		"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/p",
	subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
	token_url: "https://sts.googleapis.com/v1/token",
};
const IMPERSONATED = {
	type: "impersonated_service_account",
	source_credentials: REFRESHED,
	service_account_impersonation_url:
		"https://iamcredentials.googleapis.com/v1/projects/-/serviceAccounts/a@b.iam.gserviceaccount.com:generateAccessToken",
};

const keyFile = () => {
	const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
	return {
		type: "service_account",
		client_email: "a@b.iam.gserviceaccount.com",
		private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
	};
};

test.each([
	["a key file", keyFile, ["oauth2.googleapis.com"]],
	["gcloud's login", () => REFRESHED, ["oauth2.googleapis.com"]],
	[
		"workload identity",
		() => {
			const file = join(directory, "token");
			writeFileSync(file, "identity");
			return { ...POOL, credential_source: { file } };
		},
		["sts.googleapis.com"],
	],
	[
		"workload identity with a token from a server",
		() => ({
			...POOL,
			credential_source: { url: "http://tokens.test/identity" },
		}),
		["tokens.test", "sts.googleapis.com"],
	],
	[
		"another account's rights",
		() => IMPERSONATED,
		["oauth2.googleapis.com", "iamcredentials.googleapis.com"],
	],
])(
	"tokens by %s are asked for through the proxy",
	async (_what, make, hosts) => {
		await using proxy = await InspectingProxy.start({
			answer: ({ url }) =>
				url.host === "tokens.test"
					? { contentType: "text/plain", body: "identity" }
					: url.pathname.endsWith(":generateAccessToken")
						? json({
								accessToken: "issued",
								expireTime: "2099-01-01T00:00:00Z",
							})
						: json(token),
		});
		credentials(make());
		expect(await authorization(proxy)).toBe("Bearer issued");
		expect(proxy.requests.map(({ url }) => url.host)).toEqual(hosts);
	},
);

test("a proxy may be written without its scheme, which Google's library does not understand", async () => {
	await using proxy = await InspectingProxy.start({
		answer: () => json(token),
	});
	credentials(REFRESHED);
	expect(await authorization(proxy, new URL(proxy.url).host)).toBe(
		"Bearer issued",
	);
	expect(proxy.requests).toHaveLength(1);
});

test("the machine's metadata service is asked without the proxy, by a second store too", async () => {
	await using proxy = await InspectingProxy.start();
	await using metadata = await serve((request, response) => {
		response.setHeader("metadata-flavor", "Google");
		if (!request.path.endsWith("/token"))
			return void response.end("googleapis.com");
		response
			.setHeader("content-type", "application/json")
			.end(JSON.stringify(token));
	});
	vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
	vi.stubEnv("GCE_METADATA_HOST", new URL(metadata.origin).host);
	for (const _store of [1, 2])
		expect(await authorization(proxy)).toBe("Bearer issued");
	expect(metadata.requests.length).toBeGreaterThan(1);
	expect(proxy.requests).toEqual([]);
	expect(proxy.tunnels).toEqual([]);
});
