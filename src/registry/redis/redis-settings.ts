import { isMap } from "../configuration-yaml.ts";
import { isTrue } from "../parameters.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings } from "../settings.ts";

/** A server of Redis, or a sentinel. */
export interface RedisAddress {
	readonly host: string;
	readonly port: number;
}

/** Where a registry keeps what it remembers of blobs, and how it gets there. Secrets inside (I7). */
export interface RedisSettings {
	/** A server; with `sentinels`, those that know it. At least one. */
	readonly addresses: readonly [RedisAddress, ...RedisAddress[]];
	/** The name by which sentinels know the server; `undefined`: the one address is the server itself. */
	readonly masterName: string | undefined;
	readonly username: string | undefined;
	readonly password: string | undefined;
	readonly sentinelUsername: string | undefined;
	readonly sentinelPassword: string | undefined;
	readonly database: number;
	/** `undefined`: the connection is in the clear. */
	readonly tls: RedisTls | undefined;
}

export interface RedisTls {
	/** Whether any certificate of the server's will do. */
	readonly isInsecure: boolean;
	/** Paths of PEM files where the registry runs: our own certificate and its key, and authorities. */
	readonly certificate: string | undefined;
	readonly key: string | undefined;
	readonly authorities: readonly string[];
}

/**
 * Where the registry remembers blobs in Redis; `undefined`: nowhere. Throws a `RegistryError` (`refused`) where that
 * cannot be flushed from here: a cluster, or what no registry starts with.
 * Source: configuration/configuration.go and handlers/app.go (configureRedis) of Distribution 2.8 (`addr`) and 3.1
 * (`addrs`, `mastername`), and of GitLab's registry (`addr`, `mainname`, `tls.enabled`). `redis.cache` of the latter is for
 * what it has in its database, and no blob is remembered there.
 */
export function redisSettings({
	tree,
}: EffectiveSettings): RedisSettings | undefined {
	const cache = mapAt(mapAt(tree, "storage"), "cache");
	// The older name is looked at only where the other one is not there, as the registry does.
	const kind =
		"blobdescriptor" in cache ? cache.blobdescriptor : cache.layerinfo;
	if (kind !== "redis") return undefined;
	const redis = mapAt(tree, "redis");
	const [first, ...others] = addressesOf(redis);
	if (first === undefined)
		throw refusal("its configuration names no address in its redis section");
	const masterName = text(redis.mastername) ?? text(redis.mainname);
	if (masterName === undefined && others.length > 0)
		throw refusal(
			"it is a cluster, of which the servers' keys are not listed from one place",
			"Delete the keys blobs::* and repository::*::blobs* on each of its servers yourself.",
		);
	return {
		addresses: [first, ...others],
		masterName,
		username: text(redis.username),
		password: text(redis.password),
		sentinelUsername: text(redis.sentinelusername),
		sentinelPassword: text(redis.sentinelpassword),
		database: Number(text(redis.db) ?? 0),
		tls: tlsOf(mapAt(redis, "tls")),
	};
}

function addressesOf(
	redis: Readonly<Record<string, unknown>>,
): readonly RedisAddress[] {
	const listed = textsOf(redis.addrs);
	const texts =
		listed.length > 0 ? listed : (text(redis.addr) ?? "").split(",");
	return texts
		.map((one) => one.trim())
		.filter((one) => one !== "")
		.map(addressOf);
}

/** `host:port`, `[::1]:port`, `:port`, as Go has them. */
function addressOf(address: string): RedisAddress {
	if (address.startsWith("/"))
		throw refusal("it listens on a Unix socket, not on a port");
	const [, bracketed, plain, port] =
		/^(?:\[([^\]]+)\]|([^:]*)):(\d+)$/.exec(address) ?? [];
	if (port === undefined) throw refusal("its address is not HOST:PORT");
	return { host: bracketed ?? (plain || "localhost"), port: Number(port) };
}

function tlsOf(tls: Readonly<Record<string, unknown>>): RedisTls | undefined {
	const certificate = text(tls.certificate);
	const key = text(tls.key);
	// `clientcas` of 3.0 turns TLS on, but is believed by servers only.
	const authorities = textsOf(tls.rootcas);
	const isOn =
		isTrue(tls.enabled) ||
		[certificate, key, ...authorities, ...textsOf(tls.clientcas)].some(
			(file) => file !== undefined,
		);
	return isOn
		? { certificate, key, authorities, isInsecure: isTrue(tls.insecure) }
		: undefined;
}

function refusal(reason: string, ...suggestions: readonly string[]) {
	return new RegistryError(
		"refused",
		`Cannot flush what the registry remembers of blobs in Redis: ${reason}`,
		{ suggestions },
	);
}

function mapAt(
	map: Readonly<Record<string, unknown>>,
	name: string,
): Readonly<Record<string, unknown>> {
	const value = map[name];
	return isMap(value) ? value : {};
}

/** Trees may hold numbers and truth values, or only what is written for them. */
function text(value: unknown): string | undefined {
	if (typeof value === "number" || typeof value === "boolean")
		return String(value);
	return typeof value === "string" && value !== "" ? value : undefined;
}

function textsOf(value: unknown): readonly string[] {
	if (!Array.isArray(value)) return [];
	return value.map(text).filter((one) => one !== undefined);
}
