import {
	createPublicKey,
	createVerify,
	generateKeyPairSync,
} from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { inspect } from "node:util";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { StoreError } from "../../../src/store/errors.ts";
import { HeaderCache, openAccess } from "../../../src/store/gcs/access.ts";
import { parseLocation } from "../../../src/store/gcs/location.ts";
import { failureOf } from "../http/failures.ts";
import { type Handler, serve } from "../http/http-server.ts";
import { give } from "./scripted-gcs.ts";

const SECRET = "a-very-secret-thing";

let folder: string;
beforeEach(() => {
	folder = mkdtempSync(join(tmpdir(), "regmigrate-access-"));
	// No credentials of the developer's, and no waiting for a metadata server.
	vi.stubEnv("HOME", folder);
	vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "");
	vi.stubEnv("GOOGLE_CLOUD_QUOTA_PROJECT", "");
	vi.stubEnv("STORAGE_EMULATOR_HOST", "");
	vi.stubEnv("METADATA_SERVER_DETECTION", "none");
});
afterEach(() => {
	vi.unstubAllEnvs();
	rmSync(folder, { recursive: true });
});

const open = (url = "gs://reg/pre") => openAccess(parseLocation(new URL(url)));

/** Names a credentials file with this content in the environment. */
function credentials(content: unknown): void {
	const file = join(folder, "credentials.json");
	writeFileSync(
		file,
		typeof content === "string" ? content : JSON.stringify(content),
	);
	vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", file);
}

/** Workload identity: a token of somebody else's is exchanged for one of Google's at `tokenUrl`. */
function workloadIdentity(tokenUrl: string): void {
	const file = join(folder, "subject-token");
	writeFileSync(file, SECRET);
	credentials({
		type: "external_account",
		audience:
			"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/pool/providers/provider",
		subject_token_type: "urn:ietf:params:oauth:token-type:jwt",
		token_url: tokenUrl,
		credential_source: { file },
	});
}

async function failure(promise: Promise<unknown>): Promise<StoreError> {
	const error = await failureOf(promise);
	if (!(error instanceof StoreError)) throw error;
	const { message, suggestions } = error;
	expect(`${message} ${suggestions} ${inspect(error)}`).not.toContain(SECRET);
	return error;
}

describe("where requests go", () => {
	test.each([
		["127.0.0.1:4443", "http://127.0.0.1:4443"],
		["http://127.0.0.1:4443/", "http://127.0.0.1:4443"],
		["https://emulator.example", "https://emulator.example"],
	])(
		"the emulator in STORAGE_EMULATOR_HOST %j, without credentials",
		async (host, origin) => {
			vi.stubEnv("STORAGE_EMULATOR_HOST", host);
			const access = await open();
			expect(access.origin).toBe(origin);
			expect(await access.headers()).toEqual({});
		},
	);

	test("the endpoint in the URL, whatever the environment says; without credentials when it is http (I7)", async () => {
		vi.stubEnv("STORAGE_EMULATOR_HOST", "127.0.0.1:1");
		const access = await open("gs://reg?endpoint=http://127.0.0.1:2");
		expect(access.origin).toBe("http://127.0.0.1:2");
		expect(await access.headers()).toEqual({});
	});
});

describe("a key file", () => {
	test("of another universe names its servers, and signs for itself", async () => {
		const { privateKey, publicKey } = generateKeyPairSync("rsa", {
			modulusLength: 2048,
		});
		credentials({
			type: "service_account",
			client_email: "sync@example.iam.gserviceaccount.com",
			private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
			private_key_id: "1",
			universe_domain: "example.test",
		});
		const access = await open();
		expect(access.origin).toBe("https://storage.example.test");
		const { authorization = "" } = await access.headers();
		const [head, claims, signature] = authorization
			.replace(/^Bearer /, "")
			.split(".");
		const verify = createVerify("RSA-SHA256").update(`${head}.${claims}`);
		const key = createPublicKey(
			publicKey.export({ type: "spki", format: "pem" }),
		);
		expect(verify.verify(key, signature ?? "", "base64url")).toBe(true);
		expect(
			JSON.parse(Buffer.from(claims ?? "", "base64url").toString()),
		).toMatchObject({
			iss: "sync@example.iam.gserviceaccount.com",
			scope: "https://www.googleapis.com/auth/devstorage.read_write",
		});
	});

	test("that does not exist is named", async () => {
		vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json");
		const error = await failure(open());
		expect(error.code).toBe("unauthenticated");
		expect(error.reason).toContain("/nowhere/key.json");
		expect(error.suggestions.join()).toContain(
			"GOOGLE_APPLICATION_CREDENTIALS",
		);
	});

	test.each([
		["not JSON", `{"private_key": "${SECRET}`],
		["no JSON at all", SECRET],
		[
			"without what is needed",
			{ type: "service_account", private_key: SECRET },
		],
	])("that is %s is refused, and not quoted (I7)", async (_what, content) => {
		credentials(content);
		const error = await failure(open());
		expect(error.code).toBe("unauthenticated");
	});
});

describe("no credentials at all", () => {
	test("is an error that says how to name some", async () => {
		const error = await failure(open());
		expect(error.code).toBe("unauthenticated");
		expect(error.message).toContain("could not load the default credentials");
		expect(error.suggestions.join()).toContain(
			"GOOGLE_APPLICATION_CREDENTIALS",
		);
	});
});

/** A token server; `lifetimes` are those of its tokens, in order (s). */
const tokens =
	(...lifetimes: readonly number[]): Handler =>
	({ number }, response) =>
		give(response, {
			access_token: `token-${number}`,
			token_type: "Bearer",
			issued_token_type: "urn:ietf:params:oauth:token-type:access_token",
			expires_in: lifetimes[number] ?? 3600,
		});

describe("workload identity", () => {
	test("is exchanged for a token once, and again before that expires", async () => {
		// Four minutes are less than the time before its end in which a token is renewed.
		await using server = await serve(tokens(240, 3600));
		workloadIdentity(`${server.origin}/token`);
		const access = await open();
		expect(access.origin).toBe("https://storage.googleapis.com");
		const seen: unknown[] = [];
		for (let call = 0; call < 4; call++)
			seen.push((await access.headers()).authorization);
		expect(seen).toEqual([
			"Bearer token-0",
			"Bearer token-1",
			"Bearer token-1",
			"Bearer token-1",
		]);
		const body = new URLSearchParams(server.requests[0]?.body.toString());
		expect(body.get("subject_token")).toBe(SECRET);
		expect(body.get("scope")).toBe(
			"https://www.googleapis.com/auth/devstorage.read_write",
		);
	});

	test.each([
		[
			400,
			{ error: "invalid_grant", error_description: "The token is too old." },
			"unauthenticated",
			"invalid_grant: The token is too old",
		],
		[
			403,
			{ error: { code: 403, message: "Permission denied on the pool." } },
			"unauthenticated",
			"Permission denied on the pool",
		],
	])("that is answered %i %j is %s", async (status, json, code, reason) => {
		await using server = await serve((_request, response) =>
			give(response, json, status),
		);
		workloadIdentity(`${server.origin}/token`);
		const cache = new HeaderCache(await open());
		const about = { store: "gs://reg", operation: "put" };
		const error = await failure(cache.renewed(0, about));
		expect(error).toMatchObject({ code, operation: "put" });
		expect(error.reason).toContain(`no access token was given: ${reason}`);
	});

	test("whose token server cannot be reached is unavailable, and says so", async () => {
		workloadIdentity("http://127.0.0.1:9/token");
		const cache = new HeaderCache(await open());
		const about = { store: "gs://reg", operation: "put" };
		const error = await failure(cache.renewed(0, about));
		expect(error.code).toBe("unavailable");
		expect(error.reason).toContain("at the token server");
		expect(error.suggestions.join()).toContain("oauth2.googleapis.com");
	});
});

describe("the metadata server", () => {
	test("gives the token of the machine's own account", async () => {
		await using server = await serve((request, response) => {
			response.setHeader("metadata-flavor", "Google");
			if (request.path.endsWith("/token"))
				return tokens(3600)(request, response);
			if (request.path.endsWith("/universe-domain"))
				return void response.end("googleapis.com");
			response.end("ok");
		});
		vi.stubEnv("METADATA_SERVER_DETECTION", "assume-present");
		vi.stubEnv("GCE_METADATA_HOST", new URL(server.origin).host);
		const access = await open();
		expect(access.origin).toBe("https://storage.googleapis.com");
		const first = await access.headers();
		expect(first.authorization).toMatch(/^Bearer token-/);
		expect(await access.headers()).toEqual(first);
		const asked = server.requests.filter(({ path }) => path.endsWith("/token"));
		expect(asked).toHaveLength(1);
		expect(asked[0]?.headers["metadata-flavor"]).toBe("Google");
	});
});

describe("HeaderCache", () => {
	test("asks for the headers again after a second", async () => {
		let asked = 0;
		const headers = async () => ({ authorization: `Bearer ${asked++}` });
		const cache = new HeaderCache({ origin: "https://host", headers });
		const about = { store: "gs://reg", operation: "put" };
		expect(cache.current(0)).toBeUndefined();
		await cache.renewed(0, about);
		expect(cache.current(999)).toEqual({ authorization: "Bearer 0" });
		expect(cache.current(1000)).toBeUndefined();
	});
});
