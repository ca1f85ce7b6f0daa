import type { HttpResponse } from "../../store/http/exchange.ts";
import { flatHeaders } from "../../store/http/fetch.ts";
import { isLoopback } from "../../store/http/loopback.ts";
import { hostOf } from "../../store/http/no-proxy.ts";
import type { OriginRequest, Transport } from "../../store/http/transport.ts";
import type { Call } from "../../store/object-store.ts";
import type { Challenge } from "./challenge.ts";
import { basicAuthorization, type Credentials } from "./credentials.ts";
import { fromExchange, ProbeError } from "./probe-error.ts";

/** A token and until when it is good. */
export interface Token {
	readonly token: string;
	/** By the caller's clock (ms). */
	readonly expiresAt: number;
}

export interface TokenRequest extends Call {
	/** The registry's challenge, of scheme `bearer`. */
	readonly challenge: Challenge;
	/** What the token is to allow: `repository:NAME:pull`; "": that somebody is known. */
	readonly scope: string;
	/** Without any, a token is asked for that everybody gets. */
	readonly credentials: Exclude<Credentials, { kind: "bearer" }> | undefined;
	/** The time now (ms). */
	readonly now: number;
}

/** How long a token is good when its service does not say (s). Source: Distribution, docs/spec/auth/token.md. */
const DEFAULT_LIFE_S = 60;

/**
 * Gets a token from the service that a registry names. Credentials are sent only over TLS, or to this machine.
 * Rejects with a `ProbeError`.
 */
export async function fetchToken(
	transport: Transport,
	request: TokenRequest,
): Promise<Token> {
	const { challenge, credentials, signal, now } = request;
	const realm = realmOf(challenge);
	const what = `get a token from ${realm.host}`;
	const response = await transport
		.request({
			origin: realm.origin,
			signal,
			...(credentials?.kind === "refresh-token"
				? refreshRequest(realm, request, credentials.token)
				: tokenRequest(realm, request)),
		})
		.catch((error: unknown) => {
			const failure = fromExchange(error, what, signal);
			throw failure instanceof ProbeError ? named(failure, what) : failure;
		});
	return readToken(response, what, credentials !== undefined, now);
}

/** The reason may be told without what was asked of whom. */
function named({ code, reason, suggestions, cause }: ProbeError, what: string) {
	return new ProbeError(
		code,
		what,
		`the token service cannot be reached: ${reason}`,
		{ suggestions, cause },
	);
}

/** Where tokens are got. */
function realmOf({ parameters }: Challenge): URL {
	const realm = URL.parse(parameters.get("realm") ?? "");
	const what = "get a token for the registry";
	if (realm === null || !/^https?:$/.test(realm.protocol))
		throw new ProbeError(
			"failed",
			what,
			"it names no URL where tokens are to be had",
		);
	if (realm.protocol === "http:" && !isLoopback(hostOf(realm)))
		throw new ProbeError(
			"refused",
			what,
			`tokens are to be had at ${realm.host} without TLS, where everybody on the way could read the credentials`,
			{ suggestions: ["Let the registry name its token service by https."] },
		);
	return realm;
}

/** Source: Distribution, docs/spec/auth/token.md. */
function tokenRequest(
	realm: URL,
	{ challenge, scope, credentials }: TokenRequest,
): Omit<OriginRequest, "origin"> {
	const query = new URLSearchParams(realm.searchParams);
	const service = challenge.parameters.get("service");
	if (service !== undefined) query.set("service", service);
	for (const one of scope.split(" "))
		if (one !== "") query.append("scope", one);
	if (credentials?.kind === "password")
		query.set("account", credentials.username);
	return {
		method: "GET",
		path: `${realm.pathname}?${query}`,
		headers:
			credentials?.kind === "password"
				? { authorization: basicAuthorization(credentials) }
				: {},
	};
}

/** Source: Distribution, docs/spec/auth/oauth.md. */
function refreshRequest(
	realm: URL,
	{ challenge, scope }: TokenRequest,
	token: string,
): Omit<OriginRequest, "origin"> {
	const form = new URLSearchParams({
		grant_type: "refresh_token",
		service: challenge.parameters.get("service") ?? "",
		client_id: "regmigrate",
		scope,
		refresh_token: token,
	});
	return {
		method: "POST",
		path: `${realm.pathname}${realm.search}`,
		headers: { "content-type": "application/x-www-form-urlencoded" },
		body: Buffer.from(form.toString()),
	};
}

function readToken(
	{ status, headers, body }: HttpResponse,
	what: string,
	isKnown: boolean,
	now: number,
): Token {
	if (status === 401 || status === 403)
		throw new ProbeError(
			"permission-denied",
			what,
			isKnown
				? `the token service refuses the credentials (it answered ${status})`
				: `the token service gives no token to somebody it does not know (it answered ${status})`,
			{
				suggestions: [
					isKnown
						? "Check the user name and password, and what they are allowed to."
						: "Name a user and the file of the password, or of a token, in regmigrate.yml under access; or log in with docker, podman or skopeo.",
				],
			},
		);
	const { token, access_token, expires_in } = fieldsOf(body);
	const found = token || access_token;
	if (status !== 200 || typeof found !== "string" || found === "") {
		const type = flatHeaders(headers)["content-type"] ?? "no content type";
		throw new ProbeError(
			"failed",
			what,
			`the token service answered ${status} without a token (${type})`,
		);
	}
	const lifeS = Number(expires_in) > 0 ? Number(expires_in) : DEFAULT_LIFE_S;
	return { token: found, expiresAt: now + lifeS * 1000 };
}

function fieldsOf(body: Buffer): Readonly<Record<string, unknown>> {
	try {
		const value: unknown = JSON.parse(body.toString());
		return typeof value === "object" && value !== null ? { ...value } : {};
	} catch {
		// The caller says what came instead.
		return {};
	}
}
