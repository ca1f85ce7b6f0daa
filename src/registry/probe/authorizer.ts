import type { Transport } from "../../store/http/transport.ts";
import type { Call } from "../../store/object-store.ts";
import { parseChallenges } from "./challenge.ts";
import { basicAuthorization, type Credentials } from "./credentials.ts";
import { ProbeError } from "./probe-error.ts";
import { fetchToken, type Token } from "./token-service.ts";

/** What a request is made for: `repository:NAME:pull`; "": nothing in particular. */
interface Scoped extends Call {
	readonly scope: string;
}

/** A token is not used any more when it has less than this to go (ms): a request is on its way for a while. */
const MARGIN_MS = 5000;

/** Shows one registry who asks: knows what it has asked for, and keeps the tokens that were got for it. */
export class Authorizer {
	readonly #transport: Transport;
	readonly #credentials: Credentials | undefined;
	readonly #now: () => number;
	/** By scope. */
	readonly #tokens = new Map<string, Token>();
	/** It has asked for a password: it need not ask each time, least of all when a large body has been sent. */
	#takesPasswords = false;

	/** `now` tells the time (ms). */
	constructor(
		transport: Transport,
		credentials: Credentials | undefined,
		now: () => number,
	) {
		this.#transport = transport;
		this.#credentials = credentials;
		this.#now = now;
	}

	/** What to show without being asked, once it is known. */
	known(scope: string): string | undefined {
		const credentials = this.#credentials;
		if (credentials?.kind === "bearer") return `Bearer ${credentials.token}`;
		if (this.#takesPasswords && credentials?.kind === "password")
			return basicAuthorization(credentials);
		const token = this.#tokens.get(scope);
		return token !== undefined && token.expiresAt - MARGIN_MS > this.#now()
			? `Bearer ${token.token}`
			: undefined;
	}

	/**
	 * What to show to whoever asks so: a token before a password, where both are taken. `undefined` when we have nothing that
	 * is asked for. Rejects with a `ProbeError` when its token service gives no token.
	 */
	async answer(
		header: string | readonly string[] | undefined,
		{ scope, signal }: Scoped,
	): Promise<string | undefined> {
		const credentials = this.#credentials;
		if (credentials?.kind === "bearer") return undefined;
		const challenges = parseChallenges(header);
		const challenge = challenges.find(({ scheme }) => scheme === "bearer");
		if (challenge !== undefined) {
			const now = this.#now();
			const wanted = { challenge, scope, credentials, now, signal };
			const token = await fetchToken(this.#transport, wanted);
			this.#tokens.set(scope, token);
			return `Bearer ${token.token}`;
		}
		if (!challenges.some(({ scheme }) => scheme === "basic")) return undefined;
		this.#takesPasswords = true;
		return credentials?.kind === "password"
			? basicAuthorization(credentials)
			: undefined;
	}

	/** That the registry does not take what we have. `what` completes "Cannot …". */
	refusal(what: string): ProbeError {
		const isKnown = this.#credentials !== undefined;
		return new ProbeError(
			"permission-denied",
			what,
			isKnown
				? "the registry refuses the credentials"
				: "the registry wants to know who asks",
			{
				suggestions: [
					isKnown
						? "Check the user name and password or the token, and what they are allowed to."
						: "Name a user and the file of the password, or of a token, in regmigrate.yml under access; or log in with docker, podman or skopeo.",
				],
			},
		);
	}
}
