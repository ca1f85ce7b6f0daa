import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "@redis/client";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeLayer } from "../../../scripts/sample-registry/layer.ts";
import {
	type RedisOptions,
	type RedisServer,
	startRedis,
} from "../../../scripts/services/redis.ts";
import {
	filesystemStorage,
	startRegistry,
} from "../../../scripts/services/registry.ts";
import { formatDigest } from "../../../src/layout/digest.ts";
import type { Host } from "../../../src/registry/host/host.ts";
import { localHost } from "../../../src/registry/host/local-host.ts";
import { flushDescriptorCaches } from "../../../src/registry/redis/flush.ts";
import { pushBlob } from "../../e2e/registry-client.ts";
import { temporaryFolder } from "../../e2e/temporary-folder.ts";
import { Authority } from "../../store/http/certificates.ts";
import { hasTools } from "../../support/services.ts";
import { settingsWith } from "./settings.ts";

const hasRedis = hasTools("redis");

/** A digest of its own for each number. */
function digest(number: number): string {
	return `sha256:${createHash("sha256").update(String(number)).digest("hex")}`;
}

/** What a registry writes of so many blobs of one repository. */
function descriptors(blobs: number): readonly string[] {
	const digests = Array.from({ length: blobs }, (_, number) => digest(number));
	return [
		"repository::team/app::blobs",
		...digests.map((one) => `blobs::${one}`),
		...digests.map((one) => `repository::team/app::blobs::${one}`),
	];
}

/** Keys with something in them, as MSET takes them. */
function filled(keys: readonly string[]): [string, string][] {
	return keys.map((key) => [key, "x"]);
}

async function redis(
	options: Omit<RedisOptions, "directory"> = {},
): Promise<RedisServer> {
	const directory = join(await temporaryFolder(), "redis");
	const server = await startRedis({ ...options, directory });
	onTestFinished(server.stop);
	return server;
}

/** A client of a test's own. */
async function clientOf(
	{ port }: RedisServer,
	options: { password?: string; database?: number } = {},
) {
	const client = createClient({
		...options,
		socket: { host: "127.0.0.1", port },
	});
	await client.connect();
	onTestFinished(() => client.destroy());
	return client;
}

/** The settings of a registry that remembers blobs in a server. */
function settingsFor(section: Readonly<Record<string, unknown>>) {
	return settingsWith(
		JSON.stringify({
			storage: { cache: { blobdescriptor: "redis" } },
			redis: section,
		}),
	);
}

describe.skipIf(!hasRedis)("what a registry remembers in Redis", () => {
	test("is deleted, all of it, and nothing else", async () => {
		const server = await redis();
		const client = await clientOf(server);
		const ours = descriptors(6000);
		await client.mSet(filled(ours));
		await client.set("registry:db:{repository:team:abc}", "x");
		const other = await clientOf(server, { database: 1 });
		await other.set(ours[0] ?? "", "x");
		const settings = settingsFor({ addrs: [server.address] });

		const counted = await flushDescriptorCaches(settings, {
			host: localHost,
			isDryRun: true,
		});
		expect(counted).toMatchObject({ keys: ours.length, isDryRun: true });
		expect(await client.dbSize()).toBe(ours.length + 1);

		const flushed = await flushDescriptorCaches(settings, { host: localHost });
		expect(flushed).toEqual({
			address: server.address,
			database: 0,
			keys: ours.length,
			isDryRun: false,
		});
		expect(await client.keys("*")).toEqual([
			"registry:db:{repository:team:abc}",
		]);
		expect(await other.dbSize()).toBe(1);
	});

	test("stays where somebody else uses the database, until that is agreed", async () => {
		const server = await redis();
		const client = await clientOf(server, { database: 2 });
		await client.mSet(filled(descriptors(3)));
		await client.set("session:of-somebody", "x");
		await client.set("blobs::of-somebody", "x");
		const settings = settingsFor({ addr: server.address, db: 2 });
		await expect(
			flushDescriptorCaches(settings, { host: localHost }),
		).rejects.toMatchObject({
			code: "refused",
			message: expect.stringContaining("Somebody else uses"),
		});
		expect(await client.dbSize()).toBe(9);

		const flushed = await flushDescriptorCaches(settings, {
			host: localHost,
			isSharedAccepted: true,
		});
		expect(flushed?.keys).toBe(7);
		expect((await client.keys("*")).sort()).toEqual([
			"blobs::of-somebody",
			"session:of-somebody",
		]);
	});

	test("is deleted one by one by a server that knows no UNLINK", async () => {
		const server = await redis({ configuration: ['rename-command UNLINK ""'] });
		const client = await clientOf(server);
		await client.mSet(filled(descriptors(10)));
		const settings = settingsFor({ addr: server.address });
		const flushed = await flushDescriptorCaches(settings, { host: localHost });
		expect(flushed?.keys).toBe(21);
		expect(await client.dbSize()).toBe(0);
	});

	test("is reached by way of sentinels", async () => {
		const password = "pw-for-tests";
		const server = await redis({ configuration: [`requirepass ${password}`] });
		const sentinel = await redis({
			isSentinel: true,
			configuration: [
				`sentinel monitor main 127.0.0.1 ${server.port} 1`,
				`sentinel auth-pass main ${password}`,
			],
		});
		const client = await clientOf(server, { password });
		await client.mSet(filled(descriptors(2)));
		const flushed = await flushDescriptorCaches(
			settingsFor({
				// The first of them is gone.
				addrs: ["127.0.0.1:1", sentinel.address],
				mastername: "main",
				password,
			}),
			{ host: localHost },
		);
		expect(flushed).toMatchObject({ address: server.address, keys: 5 });
	});

	test("is reached by TLS, by authorities that the configuration names and by no others", async () => {
		const authority = new Authority("tests");
		const folder = await temporaryFolder();
		const file = (name: string, text: string) => {
			writeFileSync(join(folder, name), text);
			return join(folder, name);
		};
		const { cert, key } = authority.certify(["127.0.0.1"]);
		const server = await redis({
			tls: {
				certificate: file("cert.pem", cert),
				key: file("key.pem", key),
			},
		});
		const addrs = [server.address];
		const flushed = await flushDescriptorCaches(
			settingsFor({
				addrs,
				tls: { rootcas: [file("ca.pem", authority.cert)] },
			}),
			{ host: localHost },
		);
		expect(flushed?.keys).toBe(0);
		await expect(
			flushDescriptorCaches(settingsFor({ addrs, tls: { enabled: true } }), {
				host: localHost,
			}),
		).rejects.toMatchObject({
			code: "unreachable",
			message: expect.stringContaining("unknown authority"),
		});
		const unchecked = await flushDescriptorCaches(
			settingsFor({ addrs, tls: { enabled: true, insecure: true } }),
			{ host: localHost },
		);
		expect(unchecked?.keys).toBe(0);
	});

	test("is not reached: which server, and why, without the password (I7)", async () => {
		const server = await redis({ configuration: ["requirepass right"] });
		const failure = async (section: object, host: Host = localHost) =>
			await flushDescriptorCaches(settingsFor({ ...section }), { host }).then(
				() => "flushed",
				(error: unknown) => (error instanceof Error ? error.message : ""),
			);
		const wrong = await failure({ addr: server.address, password: "pw-wrong" });
		expect(wrong).toContain(server.address);
		expect(wrong).toContain("WRONGPASS");
		expect(wrong).not.toContain("pw-wrong");
		expect(await failure({ addr: server.address })).toContain("NOAUTH");
		expect(await failure({ addr: "127.0.0.1:1" })).toContain("nobody listens");
		const elsewhere = { ...localHost, name: "registry-2", isLocal: false };
		expect(await failure({ addr: server.address }, elsewhere)).toContain(
			"a loopback address of registry-2",
		);
	});
});

describe.each(["3", "2"] as const)("a registry of version %s", (version) => {
	test.skipIf(!hasRedis || !hasTools(`registry-${version}`))(
		"calls a blob present that its storage lacks, until what it remembers is flushed",
		async () => {
			const server = await redis();
			const folder = await temporaryFolder();
			const root = join(folder, "storage");
			mkdirSync(root);
			const section =
				version === "3"
					? { addrs: [server.address] }
					: { addr: server.address };
			await using registry = await startRegistry({
				version,
				directory: join(folder, "registry"),
				storage: {
					...filesystemStorage(root),
					cache: { blobdescriptor: "redis" },
				},
				redis: section,
			});
			const layer = makeLayer("content", Buffer.from("an app"));
			await pushBlob(registry, "team/app", layer);
			const head = async () => {
				const url = `${registry.url}/v2/team/app/blobs/${formatDigest(layer.digest)}`;
				return (await fetch(url, { method: "HEAD" })).status;
			};
			expect(await head()).toBe(200);
			rmSync(join(root, "docker/registry/v2/blobs"), { recursive: true });
			expect(await head()).toBe(200);

			const flushed = await flushDescriptorCaches(settingsFor(section), {
				host: localHost,
			});
			expect(flushed?.keys).toBe(3);
			expect(await head()).toBe(404);
		},
	);
});
