import type { Transport } from "../../store/http/transport.ts";
import type { Call } from "../../store/object-store.ts";
import type { Challenge } from "./challenge.ts";
import type { Credentials } from "./credentials.ts";
import { fetchToken, type Token } from "./token-service.ts";

/** A token is not used any more when it has less than this to go (ms): a request is on its way for a while. */
const MARGIN_MS = 5000;

/** The tokens that one client has got, by what they allow. */
export class Tokens {
	readonly #transport: Transport;
	readonly #credentials: Exclude<Credentials, { kind: "bearer" }> | undefined;
	readonly #now: () => number;
	readonly #kept = new Map<string, Token>();

	/** `now` tells the time (ms). */
	constructor(
		transport: Transport,
		credentials: Exclude<Credentials, { kind: "bearer" }> | undefined,
		now: () => number,
	) {
		this.#transport = transport;
		this.#credentials = credentials;
		this.#now = now;
	}

	/** The token for a scope, if there is one that is still good. */
	known(scope: string): string | undefined {
		const kept = this.#kept.get(scope);
		return kept !== undefined && kept.expiresAt - MARGIN_MS > this.#now()
			? kept.token
			: undefined;
	}

	/** Fetches a token for a scope. Rejects with a `ProbeError`. */
	async fetch(
		challenge: Challenge,
		scope: string,
		{ signal }: Call,
	): Promise<string> {
		const token = await fetchToken(this.#transport, {
			challenge,
			scope,
			credentials: this.#credentials,
			now: this.#now(),
			signal,
		});
		this.#kept.set(scope, token);
		return token.token;
	}
}
