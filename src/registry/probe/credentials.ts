/** By what a registry knows who asks. Secret (I7): shown nowhere, sent to the registry and to its token service only. */
export type Credentials =
	| {
			readonly kind: "password";
			readonly username: string;
			readonly password: string;
	  }
	/** A token of the registry's token service, which the operator got: it is sent as it is. */
	| { readonly kind: "bearer"; readonly token: string }
	/** What `docker login` keeps as `identitytoken`: the token service gives tokens for it. */
	| { readonly kind: "refresh-token"; readonly token: string };

/** The value of a header Authorization that shows a password. */
export function basicAuthorization({
	username,
	password,
}: {
	readonly username: string;
	readonly password: string;
}): string {
	const pair = Buffer.from(`${username}:${password}`);
	return `Basic ${pair.toString("base64")}`;
}
