import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Transport } from "../../../src/store/http/transport.ts";
import { Control } from "../../../src/store/s3/control.ts";
import { parseLocation } from "../../../src/store/s3/location.ts";
import { serve } from "../http/http-server.ts";
import { InspectingProxy, type Proxied } from "../http/inspecting-proxy.ts";
import { trust } from "../http/trust.ts";

const ISSUED = {
	accessKeyId: "issued",
	secretAccessKey: "issued-secret",
	sessionToken: "issued-token",
};

let directory: string;
beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "regmigrate-credentials-"));
	vi.stubEnv("HOME", directory);
	vi.stubEnv("AWS_REGION", "us-east-1");
	for (const name of [
		"AWS_PROFILE",
		"AWS_ACCESS_KEY_ID",
		"AWS_SECRET_ACCESS_KEY",
		"AWS_SESSION_TOKEN",
	])
		vi.stubEnv(name, undefined);
});
afterEach(async () => {
	vi.unstubAllEnvs();
	await rm(directory, { recursive: true });
});

/** The credentials that the SDK finds where the proxy is set for both kinds of server. */
async function credentialsThrough(proxy: InspectingProxy) {
	trust(proxy.cert);
	vi.stubEnv("HTTPS_PROXY", proxy.url);
	vi.stubEnv("HTTP_PROXY", proxy.url);
	const transport = new Transport(process.env);
	const location = parseLocation(new URL("s3://reg"));
	const control = await Control.open(location, {}, transport);
	try {
		const { accessKeyId, secretAccessKey, sessionToken } =
			await control.credentials();
		return { accessKeyId, secretAccessKey, sessionToken };
	} finally {
		control.close();
	}
}

/** What the security token service answers. */
const sts = (action: string) => ({
	contentType: "text/xml",
	body: `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${ISSUED.accessKeyId}</AccessKeyId><SecretAccessKey>${ISSUED.secretAccessKey}</SecretAccessKey><SessionToken>${ISSUED.sessionToken}</SessionToken><Expiration>2099-01-01T00:00:00Z</Expiration></Credentials><AssumedRoleUser><Arn>arn:aws:sts::1:assumed-role/r/s</Arn><AssumedRoleId>A:s</AssumedRoleId></AssumedRoleUser></${action}Result></${action}Response>`,
});

const hostsOf = (requests: readonly Proxied[]) =>
	requests.map(({ url }) => url.host);

test("the token service is asked through the proxy, for a web identity", async () => {
	await using proxy = await InspectingProxy.start({
		answer: () => sts("AssumeRoleWithWebIdentity"),
	});
	const file = join(directory, "token");
	writeFileSync(file, "identity");
	vi.stubEnv("AWS_WEB_IDENTITY_TOKEN_FILE", file);
	vi.stubEnv("AWS_ROLE_ARN", "arn:aws:iam::1:role/r");
	expect(await credentialsThrough(proxy)).toEqual(ISSUED);
	expect(hostsOf(proxy.requests)).toEqual(["sts.us-east-1.amazonaws.com"]);
	expect(proxy.requests[0]?.body.toString()).toContain(
		"WebIdentityToken=identity",
	);
});

test("the token service is asked through the proxy, for a role of a profile", async () => {
	await using proxy = await InspectingProxy.start({
		answer: () => sts("AssumeRole"),
	});
	profile("role_arn = arn:aws:iam::1:role/r", "source_profile = base");
	expect(await credentialsThrough(proxy)).toEqual(ISSUED);
	expect(hostsOf(proxy.requests)).toEqual(["sts.us-east-1.amazonaws.com"]);
});

test("single sign-on goes through the proxy", async () => {
	const { accessKeyId, secretAccessKey, sessionToken } = ISSUED;
	const roleCredentials = {
		accessKeyId,
		secretAccessKey,
		sessionToken,
		expiration: 4_070_908_800_000,
	};
	await using proxy = await InspectingProxy.start({
		answer: () => ({
			contentType: "application/json",
			body: JSON.stringify({ roleCredentials }),
		}),
	});
	const start = "https://example.awsapps.com/start";
	profile(
		`sso_start_url = ${start}`,
		"sso_region = us-east-1",
		"sso_account_id = 1",
		"sso_role_name = r",
	);
	const cache = join(directory, ".aws/sso/cache");
	mkdirSync(cache, { recursive: true });
	const name = createHash("sha1").update(start).digest("hex");
	writeFileSync(
		join(cache, `${name}.json`),
		JSON.stringify({ accessToken: "sso", expiresAt: "2099-01-01T00:00:00Z" }),
	);
	expect(await credentialsThrough(proxy)).toEqual(ISSUED);
	expect(hostsOf(proxy.requests)).toEqual([
		"portal.sso.us-east-1.amazonaws.com",
	]);
});

/** Makes a profile, and one with a key that it may build on. */
function profile(...lines: readonly string[]): void {
	const file = join(directory, "config");
	const base = [
		"[profile base]",
		"aws_access_key_id = base",
		"aws_secret_access_key = base",
	];
	writeFileSync(file, [...base, "[profile used]", ...lines, ""].join("\n"));
	vi.stubEnv("AWS_CONFIG_FILE", file);
	vi.stubEnv("AWS_PROFILE", "used");
}

const MACHINE = {
	Code: "Success",
	AccessKeyId: ISSUED.accessKeyId,
	SecretAccessKey: ISSUED.secretAccessKey,
	Token: ISSUED.sessionToken,
	Expiration: "2099-01-01T00:00:00Z",
};

test("the machine's metadata service is asked without the proxy", async () => {
	await using proxy = await InspectingProxy.start();
	await using metadata = await serve((request, response) => {
		response.setHeader("x-aws-ec2-metadata-token-ttl-seconds", "60");
		if (request.method === "PUT") response.end("session");
		else if (request.path.endsWith("security-credentials/"))
			response.end("role");
		else response.end(JSON.stringify(MACHINE));
	});
	vi.stubEnv("AWS_EC2_METADATA_DISABLED", "false");
	vi.stubEnv("AWS_EC2_METADATA_SERVICE_ENDPOINT", metadata.origin);
	expect(await credentialsThrough(proxy)).toEqual(ISSUED);
	expect(metadata.requests.length).toBeGreaterThan(1);
	expect(proxy.requests).toEqual([]);
	expect(proxy.tunnels).toEqual([]);
});

test("a container's credentials are asked for without the proxy", async () => {
	await using proxy = await InspectingProxy.start();
	await using metadata = await serve(
		(_request, response) => void response.end(JSON.stringify(MACHINE)),
	);
	vi.stubEnv("AWS_CONTAINER_CREDENTIALS_FULL_URI", `${metadata.origin}/role`);
	expect(await credentialsThrough(proxy)).toEqual(ISSUED);
	expect(metadata.requests).toHaveLength(1);
	expect(proxy.requests).toEqual([]);
});
