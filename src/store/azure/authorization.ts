import { type SignableRequest, Signer } from "./signer.ts";

/** What shows to the service that a request may be made. */
export interface Authorization {
	/** Appended to the query of every URL; "" or a shared access signature. A secret (I7). */
	readonly query: string;
	/** To be awaited before the next request; `undefined` when that can be made at once, as most can. */
	prepare(): Promise<void> | undefined;
	/** The Authorization header, where there is one. */
	header(request: SignableRequest): string | undefined;
}

/** By the account's key. */
export function byKey(account: string, key: string): Authorization {
	const signer = new Signer(account, key);
	return {
		query: "",
		prepare: () => undefined,
		header: (request) => signer.sign(request),
	};
}

/** By a shared access signature, without "?". */
export function bySignature(token: string): Authorization {
	return { query: token, prepare: () => undefined, header: () => undefined };
}

/** A token and how long it may be used. As in `@azure/core-auth`. */
export interface AccessToken {
	readonly token: string;
	/** Milliseconds since 1970. */
	readonly expiresOnTimestamp: number;
	readonly refreshAfterTimestamp?: number | undefined;
}

/** How long before it expires a token is renewed (ms): a request that has begun must not outlive it. */
const RENEW_BEFORE_MS = 5 * 60 * 1000;

/** How long a token that could not be renewed, but is still good, is used before that is tried again (ms). */
const TRY_AGAIN_MS = 30 * 1000;

/** By tokens, each asked for once and kept until it is about to expire. */
export class ByToken implements Authorization {
	readonly query = "";
	readonly #fetch: () => Promise<AccessToken>;
	readonly #now: () => number;
	#token: AccessToken | undefined;
	#renewAt = 0;
	#renewal: Promise<void> | undefined;

	constructor(
		fetch: () => Promise<AccessToken>,
		now: () => number = () => Date.now(),
	) {
		this.#fetch = fetch;
		this.#now = now;
	}

	prepare(): Promise<void> | undefined {
		if (this.#now() < this.#renewAt) return undefined;
		this.#renewal ??= this.#renew().finally(() => {
			this.#renewal = undefined;
		});
		return this.#renewal;
	}

	header(): string | undefined {
		return this.#token && `Bearer ${this.#token.token}`;
	}

	async #renew(): Promise<void> {
		try {
			const token = await this.#fetch();
			this.#token = token;
			const { expiresOnTimestamp, refreshAfterTimestamp } = token;
			const latest = expiresOnTimestamp - RENEW_BEFORE_MS;
			this.#renewAt = Math.min(refreshAfterTimestamp ?? latest, latest);
		} catch (error) {
			const expires = this.#token?.expiresOnTimestamp ?? 0;
			if (this.#now() + TRY_AGAIN_MS >= expires) throw error;
			this.#renewAt = this.#now() + TRY_AGAIN_MS;
		}
	}
}
