import type { StoreErrorOptions } from "../errors.ts";
import { SILENCE_MS } from "../http/connections.ts";
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
 * the metadata server.
 *
 * A server that STORAGE_EMULATOR_HOST names, as for Google's clients, or that speaks plain HTTP, gets no credentials:
 * everybody on the way could use the token (I7).
 */
export async function openAccess(location: GcsLocation): Promise<Access> {
	const { endpoint } = location;
	const emulator = endpoint === undefined ? emulatorHost(location) : undefined;
	const anonymous = endpoint?.startsWith("http:") ? endpoint : emulator;
	if (anonymous !== undefined)
		return { origin: anonymous, headers: async () => ({}) };
	const about = { store: location.url, operation: "open" };
	try {
		const { GoogleAuth } = await import("google-auth-library");
		const auth = new GoogleAuth({
			scopes: SCOPE,
			// Of no use here, but without one the library runs gcloud, and asks other services, to find it.
			projectId: "-",
			clientOptions: { transporterOptions: { timeout: SILENCE_MS } },
		});
		const client = await auth.getClient();
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
