import { hash } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { md5Sum } from "../md5.ts";
import { errorCodeOf, fromResponse } from "./errors.ts";
import { etagFrom } from "./headers.ts";
import type { Plane, S3Request } from "./plane.ts";

/** A request that has a body, and its SHA-256 both as the signature has it and as a checksum. */
export interface BodyRequest extends S3Request {
	readonly body: Uint8Array;
	readonly sha256: string;
}

/** What servers answer when a body has another SHA-256, or is not what was signed. */
const REFUSALS: ReadonlySet<string> = new Set([
	"BadDigest",
	"InvalidDigest",
	"XAmzContentSHA256Mismatch",
	"XAmzContentChecksumMismatch",
	"SignatureDoesNotMatch",
]);

/** Something else's, in hex, with which a server is tried. */
export const WRONG_SHA256 = hash("sha256", "not what is sent");

/**
 * Sends bodies such that nothing but what was sent can be kept (I4). Whether the server sees to that is found out with
 * the first body: it is sent with a wrong SHA-256. The bytes are the right ones, so that a server that does not mind
 * keeps what it should.
 *
 * | the server refused it | its ETag is an MD5 | and so                                                           |
 * | --------------------- | ------------------ | ---------------------------------------------------------------- |
 * | yes                   | -                  | it proves bodies: each has its SHA-256                            |
 * | no                    | yes                | each has its Content-MD5 too, and its ETag is compared afterwards |
 * | no                    | no                 | nothing can be proven: refused                                    |
 */
export class ProvenBodies {
	readonly #plane: Plane;
	#outcome: "proves" | "tells-md5" | "neither" | undefined;
	#trial: Promise<unknown> | undefined;

	constructor(plane: Plane) {
		this.#plane = plane;
	}

	/** Whether the server is known to refuse bodies of another SHA-256. */
	get areProven(): boolean {
		return this.#outcome === "proves";
	}

	/** As `Plane.request`. What is kept and not as it was sent is deleted again, and `unavailable`: it may be sent anew. */
	async send(
		request: BodyRequest,
		about: StoreErrorOptions,
	): Promise<HttpResponse> {
		for (;;) {
			switch (this.#outcome) {
				case "proves":
					return kept(await this.#plane.request(request, about), about);
				case "tells-md5":
					return await this.#compared(request, about);
				case "neither":
					throw new StoreError("unsupported", NO_PROOF, about);
				case undefined:
			}
			if (this.#trial === undefined) {
				const trial = this.#try(request, about);
				this.#trial = trial.catch(() => undefined);
				try {
					const response = await trial;
					if (response !== undefined) return response;
				} finally {
					this.#trial = undefined;
				}
			} else await this.#trial;
			request.signal?.throwIfAborted();
		}
	}

	/** Resolves to the answer of a server that did not mind. */
	async #try(
		request: BodyRequest,
		about: StoreErrorOptions,
	): Promise<HttpResponse | undefined> {
		const response = await this.#plane.request(
			{
				...request,
				sha256: WRONG_SHA256,
				headers: { ...request.headers, ...sha256Header(WRONG_SHA256) },
			},
			about,
			[400, 403],
		);
		if (response.status < 300) {
			kept(response, about);
			this.#outcome = isMd5(response, request) ? "tells-md5" : "neither";
			return this.#outcome === "tells-md5" ? response : undefined;
		}
		const { status, headers } = response;
		const body = response.body.toString();
		const error = fromResponse(status, headers, body, about);
		// Whatever else it has against the request, it will also have against the next one.
		const isRefusal =
			error.code === "unknown" || REFUSALS.has(errorCodeOf(body) ?? "");
		if (!isRefusal) throw error;
		this.#outcome = "proves";
		return undefined;
	}

	async #compared(
		request: BodyRequest,
		about: StoreErrorOptions,
	): Promise<HttpResponse> {
		const md5 = md5Sum(request.body)?.toString("base64");
		const headers =
			md5 === undefined
				? request.headers
				: { ...request.headers, "content-md5": md5 };
		const response = await this.#plane.request({ ...request, headers }, about);
		if (isMd5(response, request)) return response;
		const { key, query, signal } = request;
		// A part is seen by nobody.
		if (query === undefined)
			await this.#plane.request({ method: "DELETE", key, signal }, about);
		const reason = "the server has not kept the bytes that it was sent";
		throw new StoreError("unavailable", reason, about);
	}
}

/** The checksum of a body by its SHA-256 in hex. */
export function sha256Header(hex: string): Readonly<Record<string, string>> {
	return {
		"x-amz-checksum-sha256": Buffer.from(hex, "hex").toString("base64"),
	};
}

/** Refuses what is no answer of an S3 server, though its status is that of success: a proxy can give a page of its own. */
function kept(response: HttpResponse, about: StoreErrorOptions): HttpResponse {
	if (etagFrom(response.headers) !== "") return response;
	const reason = "what answers there names no ETag of what it was sent";
	throw new StoreError("unavailable", reason, about);
}

const NO_PROOF =
	"the server neither checks a body's SHA-256 nor tells the MD5 of what it keeps, so that lost bytes would go unseen";

function isMd5({ headers }: HttpResponse, { body }: BodyRequest): boolean {
	return etagFrom(headers) === md5Sum(body)?.toString("hex");
}
