import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { findAccess } from "../../src/store/azure/access.ts";
import { parseLocation as parseAzure } from "../../src/store/azure/location.ts";
import {
	type Environment,
	environmentOf,
} from "../../src/store/environment.ts";
import { openAccess } from "../../src/store/gcs/access.ts";
import { parseLocation as parseGcs } from "../../src/store/gcs/location.ts";
import { Control } from "../../src/store/s3/control.ts";
import { parseLocation as parseS3 } from "../../src/store/s3/location.ts";

const key = (byte: number) => Buffer.alloc(64, byte).toString("base64");

beforeEach(() => {
	vi.stubEnv("AWS_ACCESS_KEY_ID", "process");
	vi.stubEnv("AWS_SECRET_ACCESS_KEY", "process");
	vi.stubEnv("AWS_SESSION_TOKEN", "process");
	vi.stubEnv("AZURE_STORAGE_KEY", key(1));
	vi.stubEnv("AZURE_STORAGE_ACCOUNT", undefined);
	vi.stubEnv("AZURE_STORAGE_CONNECTION_STRING", undefined);
	vi.stubEnv("GOOGLE_APPLICATION_CREDENTIALS", "/nowhere/key.json");
	vi.stubEnv("STORAGE_EMULATOR_HOST", undefined);
});
afterEach(() => {
	vi.unstubAllEnvs();
});

describe("what a store is opened with goes before the process's variables", () => {
	test("for S3, as a whole: no session token of another's", async () => {
		const open = async (environment: Environment) => {
			const url = new URL("s3://reg?region=x");
			const control = await Control.open(parseS3(url), environment);
			using _closed = { [Symbol.dispose]: () => control.close() };
			return await control.credentials();
		};
		const given = {
			AWS_ACCESS_KEY_ID: "given",
			AWS_SECRET_ACCESS_KEY: "secret",
		};
		const found = await open(given);
		expect(found).toMatchObject({
			accessKeyId: "given",
			secretAccessKey: "secret",
		});
		expect(found.sessionToken).toBeUndefined();
		const session = await open({ ...given, AWS_SESSION_TOKEN: "session" });
		expect(session.sessionToken).toBe("session");
		expect(await open({})).toMatchObject({
			accessKeyId: "process",
			sessionToken: "process",
		});
	});

	test("for Azure, and what is undefined there counts as unset", () => {
		const headerOf = (environment: Environment) =>
			findAccess(
				parseAzure(new URL("az://account/reg")),
				environmentOf({ environment }),
			).authorization.header({
				method: "GET",
				path: "/",
				query: {},
				headers: {},
				contentLength: 0,
			});
		const own = headerOf({ AZURE_STORAGE_KEY: key(2) });
		expect(own).toMatch(/^SharedKey account:/);
		expect(own).not.toBe(headerOf({}));
		expect(headerOf({ AZURE_STORAGE_KEY: undefined })).toBeUndefined();
	});

	describe("for Google Cloud Storage", () => {
		const { privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
		const file = JSON.stringify({
			type: "service_account",
			client_email: "given@example.iam.gserviceaccount.com",
			private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
			universe_domain: "example.test",
		});
		const issuer = async (environment: Environment) => {
			const location = parseGcs(new URL("gs://reg"));
			const { headers } = await openAccess(location, environment);
			const { authorization = "" } = await headers();
			const [, claims = ""] = authorization.split(".");
			return JSON.parse(Buffer.from(claims, "base64url").toString()).iss;
		};

		test("the content of a key file", async () => {
			expect(await issuer({ GOOGLE_CREDENTIALS: file })).toBe(
				"given@example.iam.gserviceaccount.com",
			);
		});

		test("a key file", async () => {
			const folder = mkdtempSync(join(tmpdir(), "regmigrate-key-"));
			try {
				const name = join(folder, "key.json");
				writeFileSync(name, file);
				expect(await issuer({ GOOGLE_APPLICATION_CREDENTIALS: name })).toBe(
					"given@example.iam.gserviceaccount.com",
				);
			} finally {
				rmSync(folder, { recursive: true });
			}
		});

		test("and is not quoted when it is no JSON (I7)", async () => {
			const opened = issuer({ GOOGLE_CREDENTIALS: "hunter2" });
			await expect(opened).rejects.toMatchObject({ code: "unauthenticated" });
			await expect(opened).rejects.toThrow(/^(?!.*hunter2)/);
		});
	});
});
