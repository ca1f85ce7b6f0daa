import { isLoopback } from "../../store/http/loopback.ts";
import type { Host } from "../host/host.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { connectError } from "./connect-error.ts";
import type { RedisAddress, RedisSettings } from "./redis-settings.ts";
import { serverName, type TlsOptions, tlsOptions } from "./tls-options.ts";

/** How long a connection, and each answer, may take (ms). */
const TIMEOUT_MS = 10_000;

/** What a flush needs of Redis. */
export interface RedisConnection {
	/** `HOST:PORT`, for messages. */
	readonly address: string;
	/** One command, its words and its answer as Redis has them. Rejects with what the client throws. */
	send(words: readonly string[]): Promise<unknown>;
	close(): void;
}

/** Who asks a server for what. Secrets (I7). */
interface Login {
	readonly username: string | undefined;
	readonly password: string | undefined;
	readonly database: number;
}

/**
 * Connects to the server in which a registry remembers blobs, by way of its sentinels if it has some. `host` is where the
 * registry runs: its loopback is meant, and files of its configuration are there. Certificates are checked by what this
 * process trusts, and by what the configuration names. Rejects with a `RegistryError`; no user or password is in it (I7).
 */
export async function connect(
	settings: RedisSettings,
	host: Host,
	call: Call = {},
): Promise<RedisConnection> {
	const tls = await tlsOptions(settings.tls, host, call);
	const { addresses, masterName, username, password, database } = settings;
	const server =
		masterName === undefined
			? addresses[0]
			: await askSentinels(settings, masterName, tls, host, call);
	return await open(server, { username, password, database }, tls, host, call);
}

/** The server that is in charge, by the first sentinel that knows it. */
async function askSentinels(
	{ addresses, sentinelUsername, sentinelPassword }: RedisSettings,
	masterName: string,
	tls: TlsOptions | undefined,
	host: Host,
	call: Call,
): Promise<RedisAddress> {
	const login = {
		username: sentinelUsername,
		password: sentinelPassword,
		database: 0,
	};
	let failure: unknown;
	for (const address of addresses) {
		try {
			const sentinel = await open(address, login, tls, host, call);
			try {
				const answer = await sentinel.send([
					"SENTINEL",
					"get-master-addr-by-name",
					masterName,
				]);
				if (Array.isArray(answer) && answer.length === 2)
					return { host: String(answer[0]), port: Number(answer[1]) };
			} finally {
				sentinel.close();
			}
		} catch (error) {
			call.signal?.throwIfAborted();
			failure = error;
		}
	}
	throw new RegistryError(
		"unreachable",
		`None of the registry's ${addresses.length} sentinels tells which Redis is in charge of ${masterName}`,
		{
			suggestions:
				failure instanceof RegistryError
					? [failure.message, ...failure.suggestions]
					: [],
			cause: failure,
		},
	);
}

async function open(
	address: RedisAddress,
	{ username, password, database }: Login,
	tls: TlsOptions | undefined,
	host: Host,
	{ signal }: Call,
): Promise<RedisConnection> {
	const name = nameOf(address);
	if (!host.isLocal && isLoopback(address.host))
		throw new RegistryError(
			"unreachable",
			`Cannot reach the registry's Redis at ${name}: that is a loopback address of ${host.name}`,
			{ suggestions: ["Run this there."] },
		);
	signal?.throwIfAborted();
	// Only here: nobody else waits for the client to be loaded.
	const { createClient } = await import("@redis/client");
	const common = {
		...{ host: address.host, port: address.port },
		connectTimeout: TIMEOUT_MS,
		socketTimeout: TIMEOUT_MS,
		reconnectStrategy: false,
	} as const;
	const client = createClient({
		...{ username, password, database },
		// Servers before 6 know no other.
		RESP: 2,
		disableClientInfo: true,
		socket:
			tls === undefined
				? common
				: { ...common, ...tls, ...serverName(address.host), tls: true },
	});
	// Each command that fails says so itself; without a listener it would end the process as well.
	client.on("error", () => undefined);
	const onAbort = () => client.destroy();
	signal?.addEventListener("abort", onAbort, { once: true });
	const close = () => {
		signal?.removeEventListener("abort", onAbort);
		if (client.isOpen) client.destroy();
	};
	try {
		await client.connect();
	} catch (error) {
		close();
		signal?.throwIfAborted();
		throw connectError(name, error);
	}
	return {
		address: name,
		async send(words) {
			try {
				return await client.sendCommand([...words]);
			} catch (error) {
				signal?.throwIfAborted();
				throw error;
			}
		},
		close,
	};
}

function nameOf({ host, port }: RedisAddress): string {
	return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}
