import { isIP } from "node:net";
import { isLoopback } from "../../store/http/loopback.ts";
import type { Host } from "../host/host.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type {
	RedisAddress,
	RedisSettings,
	RedisTls,
} from "./redis-settings.ts";

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

/** What TLS needs beside the address. Secrets (I7). */
interface TlsOptions {
	readonly rejectUnauthorized: boolean;
	readonly cert?: string | undefined;
	readonly key?: string | undefined;
	readonly ca?: string[] | undefined;
}

async function tlsOptions(
	tls: RedisTls | undefined,
	host: Host,
	call: Call,
): Promise<TlsOptions | undefined> {
	if (tls === undefined) return undefined;
	const { certificate, key, authorities, isInsecure } = tls;
	const read = async (path: string) =>
		(await readHostFile(host, path, call)).text;
	// One without the other is not used by the registry either.
	const own =
		certificate === undefined || key === undefined
			? {}
			: { cert: await read(certificate), key: await read(key) };
	const named = await Promise.all(authorities.map(read));
	const { getCACertificates } = await import("node:tls");
	return {
		...own,
		rejectUnauthorized: !isInsecure,
		...(named.length === 0
			? {}
			: { ca: [...getCACertificates("default"), ...named] }),
	};
}

/** A certificate is made out to a name; of an address none is sent. */
function serverName(host: string): { readonly servername?: string } {
	return isIP(host) === 0 ? { servername: host } : {};
}

function nameOf({ host, port }: RedisAddress): string {
	return `${host.includes(":") ? `[${host}]` : host}:${port}`;
}

/** Why no connection came about. What a server says may quote what it was asked, so only its first word is told (I7). */
function connectError(address: string, error: unknown): RegistryError {
	const said = error instanceof Error ? error.message : "";
	const [word = ""] = said.split(" ");
	if (["WRONGPASS", "NOAUTH", "NOPERM"].includes(word))
		return new RegistryError(
			"permission-denied",
			`The registry's Redis at ${address} does not let us in with the registry's own credentials (${word})`,
			{ cause: error },
		);
	const code =
		error instanceof Error && "code" in error ? String(error.code) : word;
	return new RegistryError(
		"unreachable",
		`Cannot reach the registry's Redis at ${address}: ${REASONS[code] ?? `${error instanceof Error ? error.name : "it failed"} ${code}`}`,
		{
			suggestions: [
				"It is asked from this machine: run this where the registry's Redis can be reached.",
			],
			cause: error,
		},
	);
}

const REASONS: Readonly<Record<string, string>> = {
	ECONNREFUSED: "nobody listens there",
	ENOTFOUND: "there is no host of that name",
	EAI_AGAIN: "its name cannot be looked up",
	ETIMEDOUT: "it does not answer",
	Connection: "it does not answer",
	SELF_SIGNED_CERT_IN_CHAIN:
		"its certificate is signed by an unknown authority",
	DEPTH_ZERO_SELF_SIGNED_CERT:
		"its certificate is signed by an unknown authority",
	UNABLE_TO_VERIFY_LEAF_SIGNATURE:
		"its certificate is signed by an unknown authority",
	ERR_TLS_CERT_ALTNAME_INVALID: "its certificate is made out to another name",
};
