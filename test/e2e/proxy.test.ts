import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { startS3 } from "../../scripts/services/s3.ts";
import { DEFAULT_PART_BYTES } from "../../src/store/s3/location.ts";
import { Authority } from "../store/http/certificates.ts";
import { serve } from "../store/http/http-server.ts";
import {
	InspectingProxy,
	type ProxyOptions,
} from "../store/http/inspecting-proxy.ts";
import { trust } from "../store/http/trust.ts";
import { describeResult, type ProgramResult } from "../support/program.ts";
import { hasTools, newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { runProgram } from "./program.ts";
import { expectRefusal, SECRET } from "./refusal.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { type TlsFront, tlsFront } from "./tls-front.ts";

const { s3 } = services();
const authority = new Authority("of the S3 server");
const USER = `proxy-user:${encodeURIComponent(SECRET)}`;
const KEYS = ["AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"];

/** A name that only the proxy knows: who asks it directly gets nowhere. */
const NAME = "s3.regmigrate.test";

let folder: string;
let source: string;
let front: TlsFront;
/** The authority that the S3 server's certificate is of, in a file. */
let ours: string;

beforeEach(async () => {
	folder = await temporaryFolder();
	source = join(folder, "registry");
	writeSampleRegistry(source, {
		repositories: 2,
		tagsPerRepository: 2,
		layersPerTag: 1,
		sharedLayersPerTag: 0,
		multiPlatformEvery: 0,
	});
	front = await tlsFront(s3.endpoint, authority.certify([NAME, "127.0.0.1"]));
	ours = join(folder, "ours.pem");
	writeFileSync(ours, authority.cert);
});

/** Adds a layer that goes up in parts. */
function addLargeLayer(): void {
	writeSampleRegistry(source, {
		repositories: 1,
		tagsPerRepository: 1,
		layersPerTag: 1,
		sharedLayersPerTag: 0,
		layerBytes: DEFAULT_PART_BYTES + 1,
		multiPlatformEvery: 0,
	});
}

/** A proxy that knows where the S3 server is, and its authority in a file. */
async function startProxy(options: ProxyOptions = {}) {
	const proxy = await InspectingProxy.start({
		hosts: { [`${NAME}:443`]: front.host },
		trusts: authority.cert,
		...options,
	});
	onTestFinished(() => proxy[Symbol.asyncDispose]());
	const file = join(folder, "proxy.pem");
	writeFileSync(file, proxy.cert);
	return { proxy, file };
}

async function target(host: string): Promise<string> {
	const url = storeUrl(await newBucket());
	url.searchParams.set("endpoint", `https://${host}`);
	return url.href;
}

/** The environment in which both kinds of requests have the proxy. */
const through = (proxy: string) => ({ HTTPS_PROXY: proxy, HTTP_PROXY: proxy });

function expectDone(result: ProgramResult): void {
	const told = describeResult(result);
	expect(result.exitCode, told).toBe(0);
	expect(told).not.toContain(SECRET);
}

describe("a proxy that opens TLS", () => {
	test("sees every request of sync and verify, also those for credentials and of uploads in parts", async () => {
		addLargeLayer();
		const { proxy, file } = await startProxy({
			credentials: `proxy-user:${SECRET}`,
			answer: ({ url }) =>
				url.hostname.startsWith("sts.")
					? { contentType: "text/xml", body: assumedRole() }
					: undefined,
		});
		const token = join(folder, "token");
		writeFileSync(token, "identity");
		const url = await target(NAME);
		const environment = {
			...through(proxy.url.replace("//", `//${USER}@`)),
			...Object.fromEntries(KEYS.map((name) => [name, undefined])),
			AWS_WEB_IDENTITY_TOKEN_FILE: token,
			AWS_ROLE_ARN: "arn:aws:iam::1:role/sync",
		};
		for (const command of ["sync", "verify"])
			expectDone(
				await runProgram([command, source, url, "--ca-bundle", file], {
					environment,
				}),
			);

		const seen = proxy.requests.map(
			({ method, url }) => `${method} ${url.hostname} ${url.search}`,
		);
		expect(seen.filter((line) => line.startsWith("POST sts."))).toHaveLength(2);
		const atServer = seen.filter((line) => line.includes(NAME));
		expect(atServer.length).toBe(seen.length - 2);
		expect(atServer.some((line) => line.includes("uploads"))).toBe(true);
		expect(atServer.some((line) => line.includes("list-type=2"))).toBe(true);
		expect(front.requests()).toBe(atServer.length);
		// All have the same few tunnels, which are kept.
		expect(proxy.tunnels.length).toBeLessThan(seen.length);
		const isProxys = proxy.requests.some(
			({ headers }) => headers["proxy-authorization"] !== undefined,
		);
		expect(isProxys).toBe(false);
	});

	test("sees nothing of what NO_PROXY names", async () => {
		const { proxy } = await startProxy();
		const url = await target(front.host);
		const environment = { ...through(proxy.url), NO_PROXY: "127.0.0.1" };
		expectDone(
			await runProgram(["sync", source, url, "--ca-bundle", ours], {
				environment,
			}),
		);
		expect(front.requests()).toBeGreaterThan(10);
		expect([...proxy.tunnels, ...proxy.requests]).toEqual([]);
	});

	test("is not asked for the machine's metadata, with NODE_USE_ENV_PROXY either", async () => {
		const { proxy, file } = await startProxy();
		await using metadata = await serve((request, response) => {
			if (request.method === "PUT") response.end("session");
			else if (request.path.endsWith("security-credentials/"))
				response.end("role");
			else response.end(JSON.stringify(machineKeys()));
		});
		const url = await target(NAME);
		for (const NODE_USE_ENV_PROXY of [undefined, "1"]) {
			const before = metadata.requests.length;
			expectDone(
				await runProgram(["sync", source, url], {
					environment: {
						...through(proxy.url),
						...Object.fromEntries(KEYS.map((name) => [name, undefined])),
						NODE_USE_ENV_PROXY,
						AWS_CA_BUNDLE: file,
						AWS_EC2_METADATA_DISABLED: undefined,
						AWS_EC2_METADATA_SERVICE_ENDPOINT: metadata.origin,
					},
				}),
			);
			expect(metadata.requests.length).toBeGreaterThan(before);
		}
		const hosts = new Set(proxy.requests.map(({ url }) => url.host));
		expect([...hosts]).toEqual([NAME]);
	});
});

test.skipIf(!hasTools("minio"))(
	"MinIO that speaks TLS itself is reached with --ca-bundle, straight and through the proxy",
	async () => {
		const directory = join(folder, "minio");
		const certificates = join(directory, "certificates");
		mkdirSync(certificates, { recursive: true });
		const { cert, key } = authority.certify([NAME, "127.0.0.1"]);
		writeFileSync(join(certificates, "public.crt"), cert);
		writeFileSync(join(certificates, "private.key"), key);
		trust(authority.cert);
		await using minio = await startS3({ product: "minio", directory });
		const { proxy, file } = await startProxy({
			hosts: { [`${NAME}:443`]: new URL(minio.endpoint).host },
		});
		const bucket = await newBucket(minio);
		const at = (endpoint: string) => `s3://${bucket}?endpoint=${endpoint}`;
		const environment = through(proxy.url);
		for (const command of ["sync", "verify"])
			expectDone(
				await runProgram(
					[command, source, at(`https://${NAME}`), "--ca-bundle", file],
					{ environment },
				),
			);
		const seen = proxy.requests.length;
		expect(seen).toBeGreaterThan(10);
		const straight = [
			"verify",
			source,
			at(minio.endpoint),
			"--ca-bundle",
			ours,
		];
		expectDone(await runProgram(straight));
		expect(proxy.requests).toHaveLength(seen);
	},
);

describe("an S3 server whose certificate nobody knows", () => {
	test("is refused, with what to do", async () => {
		await expectRefusal([source, await target(front.host)], {
			exitCode: 1,
			problem:
				/certificate is signed by an authority that this machine does not know at 127\.0\.0\.1:\d+$/,
			advice: /--ca-bundle FILE or AWS_CA_BUNDLE.*\n.*tls-verify=false/,
		});
		expect(front.requests()).toBe(0);
	});

	test("is used all the same with tls-verify=false, by every kind of request", async () => {
		addLargeLayer();
		const url = `${await target(front.host)}&tls-verify=false`;
		for (const command of ["sync", "verify"])
			expectDone(await runProgram([command, source, url]));
		expect(front.requests()).toBeGreaterThan(10);
	});
});

describe("a proxy in the way", () => {
	test("that nobody trusts is told, with what to do", async () => {
		const { proxy } = await startProxy();
		await expectRefusal(
			[source, await target(NAME)],
			{
				exitCode: 1,
				problem:
					/certificate is signed by an authority that this machine does not know at s3\.regmigrate\.test$/,
				advice: /--ca-bundle FILE or AWS_CA_BUNDLE/,
			},
			{ environment: through(proxy.url) },
		);
	});

	test("that wants another password is named, without it (I7)", async () => {
		const { proxy } = await startProxy({ credentials: "proxy-user:other" });
		await expectRefusal(
			[source, await target(NAME)],
			{
				exitCode: 1,
				problem:
					/: the proxy 127\.0\.0\.1:\d+ \(from HTTPS_PROXY\) wants a user name and password, or others \(it answered 407\)$/,
				advice: /Write them into HTTPS_PROXY/,
			},
			{ environment: through(proxy.url.replace("//", `//${USER}@`)) },
		);
	});

	test("that is not there is named, without its password (I7)", async () => {
		await expectRefusal(
			[source, await target(NAME)],
			{
				exitCode: 1,
				problem:
					/: the proxy 127\.0\.0\.1:9 \(from HTTPS_PROXY\) cannot be reached: nothing listens there \(connection refused\)$/,
				advice: /NO_PROXY/,
			},
			{ environment: through(`http://${USER}@127.0.0.1:9`) },
		);
	});

	test("that cannot be one is a wrong setting", async () => {
		await expectRefusal(
			[source, await target(NAME)],
			{
				exitCode: 2,
				problem:
					/: the environment variable HTTPS_PROXY names a socks5 proxy, and only http and https proxies can be used$/,
				advice: /Write HTTPS_PROXY as http:\/\/HOST:PORT/,
			},
			{ environment: { HTTPS_PROXY: `socks5://${USER}@127.0.0.1:9` } },
		);
	});
});

/** What the security token service answers: the server's own key, since it knows no others. */
function assumedRole(): string {
	const action = "AssumeRoleWithWebIdentity";
	const { accessKeyId, secretAccessKey } = s3;
	return `<${action}Response xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><${action}Result><Credentials><AccessKeyId>${accessKeyId}</AccessKeyId><SecretAccessKey>${secretAccessKey}</SecretAccessKey></Credentials></${action}Result></${action}Response>`;
}

/** What a machine's metadata service answers. */
function machineKeys() {
	return {
		Code: "Success",
		AccessKeyId: s3.accessKeyId,
		SecretAccessKey: s3.secretAccessKey,
		Token: "",
		Expiration: "2099-01-01T00:00:00Z",
	};
}
