import { Agent } from "node:https";
import type { AuthClient, GoogleAuthOptions } from "google-auth-library";
import type { Environment } from "../environment.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { SILENCE_MS } from "../http/connections.ts";
import { fetchOver } from "../http/fetch.ts";
import { Transport } from "../http/transport.ts";
import { refusing } from "../store-url.ts";
import { fromCredentials } from "./errors.ts";
import { type GcsLocation, wholeOrigin } from "./location.ts";

/** Where requests go, and what shows that they may. */
export interface Access {
	/** Scheme, host and port. */
	readonly origin: string;
	/** The headers that carry the token, renewed before it expires. */
	readonly headers: () => Promise<Readonly<Record<string, string>>>;
}

/** Allows to read and write objects, and nothing about buckets. Source: Cloud Storage documentation, "OAuth scopes". */
const SCOPE = "https://www.googleapis.com/auth/devstorage.read_write";

/**
 * Finds the server and the credentials. Those are found by Google's own library, in its order (application default
 * credentials): a key file, workload identity or whatever else GOOGLE_APPLICATION_CREDENTIALS names, what gcloud left,
 * the metadata server. What an environment that is given names goes before all of that: a file in
 * GOOGLE_APPLICATION_CREDENTIALS, or a file's content in GOOGLE_CREDENTIALS.
 *
 * A server that STORAGE_EMULATOR_HOST names, as for Google's clients, or that speaks plain HTTP, gets no credentials:
 * everybody on the way could use the token (I7).
 */
export async function openAccess(
	location: GcsLocation,
	environment: Environment = {},
	transport: Transport = new Transport({}),
): Promise<Access> {
	const { endpoint } = location;
	const emulator = endpoint === undefined ? emulatorHost(location) : undefined;
	const anonymous = endpoint?.startsWith("http:") ? endpoint : emulator;
	if (anonymous !== undefined)
		return { origin: anonymous, headers: async () => ({}) };
	const about = { store: location.url, operation: "open" };
	try {
		const { gaxios, GoogleAuth } = await import("google-auth-library");
		const transporterOptions = {
			...sentBy(transport),
			timeout: SILENCE_MS,
		};
		// The one client by which the library asks the metadata server, for every store: never through a proxy.
		Object.assign(gaxios.instance.defaults, sentBy(DIRECT));
		const auth = new GoogleAuth({
			scopes: SCOPE,
			// Of no use here, but without one the library runs gcloud, and asks other services, to find it.
			projectId: "-",
			...credentialsIn(environment, about),
			clientOptions: { transporterOptions },
		});
		const client = await auth.getClient();
		for (const one of sendersOf(client))
			Object.assign(one.transporter.defaults, transporterOptions);
		const origin =
			endpoint ?? `https://storage.${await auth.getUniverseDomain()}`;
		return {
			origin,
			headers: async () =>
				Object.fromEntries(await client.getRequestHeaders(origin)),
		};
	} catch (error) {
		throw fromCredentials(error, about);
	}
}

const DIRECT = new Transport({});

/** Options by which the library's HTTP client sends requests over a transport. */
function sentBy(transport: Transport) {
	return {
		fetchImplementation: fetchOver(transport),
		// Never used; without one the client would make one for the proxy that it finds itself.
		agent: new Agent(),
	};
}

/** The client, and the one whose token it exchanges for another account's; the library makes neither with our options. */
function sendersOf(client: AuthClient): readonly AuthClient[] {
	const source: unknown = Reflect.get(client, "sourceClient");
	return isClient(source) ? [client, ...sendersOf(source)] : [client];
}

function isClient(value: unknown): value is AuthClient {
	return typeof value === "object" && value !== null && "transporter" in value;
}

function credentialsIn(
	environment: Environment,
	about: StoreErrorOptions,
): Pick<GoogleAuthOptions, "keyFile" | "credentials"> {
	const { GOOGLE_APPLICATION_CREDENTIALS: keyFile, GOOGLE_CREDENTIALS: key } =
		environment;
	if (key === undefined) return keyFile === undefined ? {} : { keyFile };
	try {
		return { credentials: JSON.parse(key) };
	} catch {
		// The error would quote the key (I7).
		const reason = "the credentials are not JSON";
		throw new StoreError("unauthenticated", reason, about);
	}
}

function emulatorHost(location: GcsLocation): string | undefined {
	const { STORAGE_EMULATOR_HOST: host } = process.env;
	if (host === undefined || host === "") return undefined;
	const url = /^https?:\/\//.test(host) ? host : `http://${host}`;
	return wholeOrigin(url.replace(/\/+$/, ""), refusing(location.url));
}

/**
 * The headers of an access, kept for a second so that most requests need not wait for a promise. The library holds the
 * token itself, and renews it before it expires.
 */
export class HeaderCache {
	readonly #access: Access;
	#known:
		| {
				readonly headers: Readonly<Record<string, string>>;
				readonly until: number;
		  }
		| undefined;

	constructor(access: Access) {
		this.#access = access;
	}

	/** Those that are known; `undefined` when they must be asked for. */
	current(now: number): Readonly<Record<string, string>> | undefined {
		return this.#known !== undefined && now < this.#known.until
			? this.#known.headers
			: undefined;
	}

	async renewed(
		now: number,
		about: StoreErrorOptions,
	): Promise<Readonly<Record<string, string>>> {
		try {
			const headers = await this.#access.headers();
			this.#known = { headers, until: now + 1000 };
			return headers;
		} catch (error) {
			throw fromCredentials(error, about);
		}
	}
}
