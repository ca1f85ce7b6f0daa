import { createHmac, createSecretKey, hash, type KeyObject } from "node:crypto";

/** What a request is signed with. */
export interface Credentials {
	readonly accessKeyId: string;
	readonly secretAccessKey: string;
	readonly sessionToken?: string | undefined;
}

/** A request to be signed; path and query are spelled as they are sent. */
export interface SignableRequest {
	readonly method: string;
	/** Percent-encoded by `encodePath`. */
	readonly path: string;
	/** Names and values percent-encoded by `encodeComponent`, sorted by name; "" for none. */
	readonly query: string;
	/** By lower-case name; with `host`, without what the signer adds. Values are trimmed, with single spaces. */
	readonly headers: Readonly<Record<string, string>>;
	/** SHA-256 of the body, in lower-case hex. */
	readonly payloadHash: string;
}

/**
 * Signs requests with AWS Signature Version 4 for S3. Done here and not by the SDK because a registry is mostly tiny
 * links: the SDK's way costs ten times the CPU of the request itself.
 *
 * Source: Amazon S3 API reference, "Authenticating Requests: Using the Authorization Header".
 */
export class Signer {
	readonly #region: string;
	#secret: string | undefined;
	#date = "";
	/** As a KeyObject, because an HMAC with raw bytes as its key sets up the key each time. */
	#key: KeyObject | undefined;
	#second = -1;
	#timestamp = "";

	constructor(region: string) {
		this.#region = region;
	}

	/** The headers to send: those given, and date, payload hash, token and authorization. `now` is in milliseconds. */
	sign(
		request: SignableRequest,
		credentials: Credentials,
		now: number,
	): Record<string, string> {
		const timestamp = this.#timestampOf(now);
		const date = timestamp.slice(0, 8);
		const headers: Record<string, string> = { ...request.headers };
		headers["x-amz-content-sha256"] = request.payloadHash;
		headers["x-amz-date"] = timestamp;
		if (credentials.sessionToken !== undefined)
			headers["x-amz-security-token"] = credentials.sessionToken;

		const names = Object.keys(headers).sort();
		const signedHeaders = names.join(";");
		let canonical = `${request.method}\n${request.path}\n${request.query}\n`;
		for (const name of names) canonical += `${name}:${headers[name]}\n`;
		canonical += `\n${signedHeaders}\n${request.payloadHash}`;

		const scope = `${date}/${this.#region}/s3/aws4_request`;
		const toSign = `AWS4-HMAC-SHA256\n${timestamp}\n${scope}\n${hash("sha256", canonical, "hex")}`;
		const signature = createHmac(
			"sha256",
			this.#signingKey(credentials.secretAccessKey, date),
		)
			.update(toSign)
			.digest("hex");
		headers.authorization = `AWS4-HMAC-SHA256 Credential=${credentials.accessKeyId}/${scope}, SignedHeaders=${signedHeaders}, Signature=${signature}`;
		return headers;
	}

	#timestampOf(now: number): string {
		const second = Math.floor(now / 1000);
		if (second !== this.#second) {
			this.#second = second;
			this.#timestamp = `${new Date(second * 1000).toISOString().slice(0, 19).replaceAll(/[-:]/g, "")}Z`;
		}
		return this.#timestamp;
	}

	/** The key for a day; made anew only when the day or the secret changes. */
	#signingKey(secret: string, date: string): KeyObject {
		if (
			this.#key === undefined ||
			this.#date !== date ||
			this.#secret !== secret
		) {
			let key = hmac(`AWS4${secret}`, date);
			for (const part of [this.#region, "s3", "aws4_request"])
				key = hmac(key, part);
			this.#key = createSecretKey(key);
			this.#date = date;
			this.#secret = secret;
		}
		return this.#key;
	}
}

function hmac(key: string | Buffer, data: string): Buffer {
	return createHmac("sha256", key).update(data).digest();
}
