import { randomUUID, sign, X509Certificate } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { Authority } from "../store/http/certificates.ts";
import { serve, type TestServer } from "../store/http/http-server.ts";

/** A service that gives tokens for a registry, as GitLab does. */
export interface TokenServer extends AsyncDisposable {
	/** The registry's `auth:` section. */
	readonly auth: Readonly<Record<string, unknown>>;
	/** What was asked for, in order: scopes, "" where none was. */
	scopes(): readonly string[];
}

export interface TokenServerOptions {
	/** Where the authority that signs tokens is written, for the registry. */
	readonly certificateFile: string;
	/** `user:password`: who else asks is refused. */
	readonly credentials: string;
	/** What may be done to any repository; default all. */
	readonly actions?: readonly string[] | undefined;
}

const SERVICE = "registry.test";
const ISSUER = "tokens.test";

/**
 * Starts a service that signs tokens which a registry believes. Source: Distribution, docs/spec/auth/jwt.md.
 */
export async function startTokenServer({
	certificateFile,
	credentials,
	actions = ["pull", "push", "delete"],
}: TokenServerOptions): Promise<TokenServer> {
	const authority = new Authority("of tokens");
	const signer = authority.certify(["tokens.test"]);
	await writeFile(certificateFile, authority.cert);
	const expected = `Basic ${Buffer.from(credentials).toString("base64")}`;
	const scopesOf = (query: URLSearchParams) => query.getAll("scope").join(" ");
	const server: TestServer = await serve(({ headers, query }, response) => {
		if (headers.authorization !== expected) {
			response.writeHead(401).end();
			return;
		}
		const access = scopesOf(query)
			.split(" ")
			.flatMap((scope) => {
				const [, name, asked] = /^repository:(.+):(.+)$/.exec(scope) ?? [];
				const granted = asked
					?.split(",")
					.filter((one) => actions.includes(one));
				return name === undefined
					? []
					: [{ type: "repository", name, actions: granted }];
			});
		const token = signed(access, signer);
		response.end(JSON.stringify({ token, expires_in: 300 }));
	});
	return {
		auth: {
			token: {
				realm: `${server.origin}/token`,
				service: SERVICE,
				issuer: ISSUER,
				rootcertbundle: certificateFile,
			},
		},
		scopes: () => server.requests.map(({ query }) => scopesOf(query)),
		[Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
	};
}

function signed(
	access: readonly object[],
	{ cert, key }: { readonly cert: string; readonly key: string },
): string {
	const now = Math.floor(Date.now() / 1000);
	const header = {
		typ: "JWT",
		alg: "ES256",
		x5c: [new X509Certificate(cert).raw.toString("base64")],
	};
	const claims = {
		iss: ISSUER,
		sub: "somebody",
		aud: SERVICE,
		exp: now + 300,
		nbf: now - 10,
		iat: now,
		jti: randomUUID(),
		access,
	};
	const text = [header, claims]
		.map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
		.join(".");
	const signature = sign("sha256", Buffer.from(text), {
		key,
		dsaEncoding: "ieee-p1363",
	});
	return `${text}.${signature.toString("base64url")}`;
}
