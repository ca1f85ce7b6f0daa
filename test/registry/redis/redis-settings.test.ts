import { describe, expect, test } from "vitest";
import { redisSettings } from "../../../src/registry/redis/redis-settings.ts";
import { RegistryError } from "../../../src/registry/registry-error.ts";
import { settingsWith } from "./settings.ts";

const CACHE = "storage: {cache: {blobdescriptor: redis}}\n";

/** What the configuration says of Redis. */
function read(text: string) {
	return redisSettings(settingsWith(text));
}

describe("where a registry remembers blobs", () => {
	test.each([
		"storage: {}",
		"storage: {cache: {blobdescriptor: inmemory}}",
		"storage: {cache: {blobdescriptor: inmemory, layerinfo: redis}}\nredis: {addr: redis:6379}",
		"storage: {filesystem: {}}\nredis: {addr: redis:6379}",
		"storage: {filesystem: {}}\nredis: {cache: {enabled: true, addr: redis:6379}}",
	])("is not Redis: %s", (text) => {
		expect(read(text)).toBeUndefined();
	});

	test("is a server, as Distribution 2.8 spells it", () => {
		expect(
			read(
				`${CACHE}redis: {addr: "redis:6379", password: pw-for-tests, db: 3}`,
			),
		).toMatchObject({
			addresses: [{ host: "redis", port: 6379 }],
			masterName: undefined,
			username: undefined,
			password: "pw-for-tests",
			database: 3,
			tls: undefined,
		});
	});

	test("is what the older name of the cache says", () => {
		const text =
			"storage: {cache: {layerinfo: redis}}\nredis: {addr: ':6379', db: 1}";
		expect(read(text)).toMatchObject({
			addresses: [{ host: "localhost", port: 6379 }],
			database: 1,
		});
	});

	test("is a server with TLS, as Distribution 3 spells it", () => {
		const text = `${CACHE}redis:
  addrs: ["[::1]:6380"]
  username: registry
  tls: {certificate: /c.pem, key: /k.pem, rootcas: [/ca.pem]}`;
		expect(read(text)).toMatchObject({
			addresses: [{ host: "::1", port: 6380 }],
			username: "registry",
			database: 0,
			tls: {
				certificate: "/c.pem",
				key: "/k.pem",
				authorities: ["/ca.pem"],
				isInsecure: false,
			},
		});
	});

	test("is behind sentinels, as Distribution 3 spells it", () => {
		const text = `${CACHE}redis: {addrs: ["a:26379", "b:26379"], mastername: main, sentinelpassword: pw-for-tests}`;
		expect(read(text)).toMatchObject({
			addresses: [
				{ host: "a", port: 26379 },
				{ host: "b", port: 26379 },
			],
			masterName: "main",
			sentinelPassword: "pw-for-tests",
		});
	});

	test("is behind sentinels and TLS, as GitLab's registry spells it", () => {
		const text = `${CACHE}redis: {addr: "a:26379, b:26379", mainname: main, tls: {enabled: true, insecure: true}}`;
		expect(read(text)).toMatchObject({
			addresses: [
				{ host: "a", port: 26379 },
				{ host: "b", port: 26379 },
			],
			masterName: "main",
			tls: { isInsecure: true, authorities: [] },
		});
	});

	test.each([
		["", "names no address"],
		["redis: {addrs: ['a:1', 'b:2']}", "is a cluster"],
		["redis: {addr: /run/redis.sock}", "a Unix socket"],
		["redis: {addr: 'redis://:pw-for-tests@host'}", "not HOST:PORT"],
	])("is refused where it cannot be flushed: %s", (text, reason) => {
		const refused = () => read(`${CACHE}${text}`);
		expect(refused).toThrow(RegistryError);
		expect(refused).toThrow(reason);
		expect(refused).not.toThrow("pw-for-tests");
	});
});
