import { createHmac, createSecretKey, type KeyObject } from "node:crypto";

/** A request to be signed. */
export interface SignableRequest {
	readonly method: string;
	/** Percent-encoded, as it is sent, with whatever path the service's own URL has. */
	readonly path: string;
	/** Names, in lower case, and values before they are encoded. */
	readonly query: Readonly<Record<string, string | undefined>>;
	/** By lower-case name; with `x-ms-date`. Values are trimmed, with single spaces. */
	readonly headers: Readonly<Record<string, string>>;
	/** Bytes of the body. */
	readonly contentLength: number;
}

/**
 * Signs requests with the key of a storage account. Done here and not by the SDK because a registry is mostly tiny
 * links: the SDK's way costs ten times the CPU of the request itself.
 *
 * Source: Azure Storage REST API reference, "Authorize with Shared Key", since version 2015-02-21.
 */
export class Signer {
	readonly #account: string;
	/** As a KeyObject, because an HMAC with raw bytes as its key sets up the key each time. */
	readonly #key: KeyObject;

	/** `key` in base64. */
	constructor(account: string, key: string) {
		this.#account = account;
		this.#key = createSecretKey(key, "base64");
	}

	/** The Authorization header. */
	sign(request: SignableRequest): string {
		const { method, path, query, headers, contentLength } = request;
		const length = contentLength === 0 ? "" : contentLength;
		// Content-Encoding and Content-Language come first, Date in the middle: they are never sent.
		let text = `${method}\n\n\n${length}\n${headers["content-md5"] ?? ""}\n${headers["content-type"] ?? ""}\n\n${headers["if-modified-since"] ?? ""}\n${headers["if-match"] ?? ""}\n${headers["if-none-match"] ?? ""}\n${headers["if-unmodified-since"] ?? ""}\n${headers.range ?? ""}\n`;
		for (const name of Object.keys(headers).filter(isService).sort())
			text += `${name}:${headers[name]}\n`;
		text += `/${this.#account}${path}`;
		for (const name of Object.keys(query).sort())
			if (query[name] !== undefined) text += `\n${name}:${query[name]}`;
		const signature = createHmac("sha256", this.#key)
			.update(text)
			.digest("base64");
		return `SharedKey ${this.#account}:${signature}`;
	}
}

function isService(name: string): boolean {
	return name.startsWith("x-ms-");
}
