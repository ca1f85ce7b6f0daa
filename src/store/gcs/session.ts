import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse, ResponseHeaders } from "../http/exchange.ts";
import { retrying } from "../retry.ts";
import type { Plane } from "./plane.ts";
import { type ObjectResource, parseObject } from "./resource.ts";

/** What a session needs to know of its upload. */
export interface SessionOptions {
	readonly plane: Plane;
	/** The store's. */
	readonly prefix: string;
	/** The whole body's (bytes). */
	readonly size: number;
	readonly about: StoreErrorOptions;
}

/** A part of the body. */
export interface Chunk {
	readonly bytes: Uint8Array;
	/** Where in the body it begins. */
	readonly start: number;
	/** The checksums of the whole, as `x-goog-hash` has them; with the last chunk only. */
	readonly hashes?: string | undefined;
}

/** "Resume Incomplete": what was sent is kept, and more is awaited. */
const INCOMPLETE = 308;

/** The session is no longer known. */
const GONE: readonly number[] = [404, 410];

/** What a session that is given up answers: "Client Closed Request". */
const CANCELLED = 499;

/** How long giving up may take (ms), once an upload is given up because the command was cancelled. */
const CANCEL_TIMEOUT_MS = 10_000;

/**
 * A resumable upload session. Whoever knows its URI can write the object, so the URI is in no message, and nowhere at
 * rest (I7). Source: Cloud Storage documentation, "Perform resumable uploads".
 */
export class UploadSession {
	readonly #path: string;
	readonly #plane: Plane;
	readonly #prefix: string;
	readonly #size: number;
	readonly #about: StoreErrorOptions;
	/** There is no use in asking again. */
	#isLost = false;

	/** The session that a `location` header names. */
	constructor(
		location: ResponseHeaders[string],
		{ plane, prefix, size, about }: SessionOptions,
	) {
		const url =
			typeof location === "string" && location !== ""
				? URL.parse(location, plane.origin)
				: null;
		if (url === null) {
			const reason = "the server began an upload without saying where";
			throw new StoreError("unknown", reason, about);
		}
		// Whatever host it names: the token goes to ours and to no other, and behind a proxy only ours can be reached.
		this.#path = `${url.pathname}${url.search}`;
		this.#plane = plane;
		this.#prefix = prefix;
		this.#size = size;
		this.#about = about;
	}

	/**
	 * Sends a chunk; resolves once the server has all of it. After an interruption the server is asked what it has, and
	 * the rest is sent. Resolves to the object when the server says that it is complete: after the last chunk.
	 */
	async send(
		chunk: Chunk,
		signal: AbortSignal | undefined,
	): Promise<ObjectResource | undefined> {
		const { bytes, start } = chunk;
		const end = start + bytes.length;
		let position = start;
		let isInterrupted = false;
		const attempt = async () => {
			if (isInterrupted) {
				const answer = await this.#put(chunk, undefined, signal);
				if (answer.status !== INCOMPLETE) return this.#object(answer);
				position = this.#kept(answer, start, end);
			}
			isInterrupted = true;
			while (position < end) {
				const answer = await this.#put(chunk, position, signal);
				if (answer.status !== INCOMPLETE) return this.#object(answer);
				const kept = this.#kept(answer, start, end);
				if (kept === position)
					throw this.#unavailable(
						"the server kept nothing of what it was sent",
					);
				position = kept;
			}
			if (end === this.#size)
				throw this.#unavailable("the server has all bytes, and awaits more");
			return undefined;
		};
		return await retrying(attempt, signal, {
			mayPass: (error) =>
				error instanceof StoreError && error.retryable && !this.#isLost,
		});
	}

	/** Gives the session up, and with it what was sent. Never rejects: the failure that led here is to be reported. */
	async cancel(): Promise<void> {
		const signal = AbortSignal.timeout(CANCEL_TIMEOUT_MS);
		const request = {
			method: "DELETE" as const,
			path: this.#path,
			headers: { "content-length": "0" },
			signal,
		};
		try {
			await retrying(
				() => this.#plane.request(request, this.#about, [...GONE, CANCELLED]),
				signal,
			);
		} catch {
			// What was sent can never be seen, and goes with the session after a week.
		}
	}

	/** Sends what is left of a chunk from a position on; without one, asks what the server has. */
	async #put(
		{ bytes, start, hashes }: Chunk,
		position: number | undefined,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const range =
			position === undefined ? "*" : `${position}-${start + bytes.length - 1}`;
		const request = {
			method: "PUT" as const,
			path: this.#path,
			headers: {
				"content-range": `bytes ${range}/${this.#size}`,
				...(hashes === undefined ? {} : { "x-goog-hash": hashes }),
			},
			body:
				position === undefined ? undefined : bytes.subarray(position - start),
			signal,
		};
		const accepted = [INCOMPLETE, ...GONE];
		const answer = await this.#plane.request(request, this.#about, accepted);
		if (GONE.includes(answer.status))
			throw this.#lost("the server no longer knows the upload");
		return answer;
	}

	/** Up to where the server has the body. It may keep less than it was sent, but not less than it had. */
	#kept({ headers }: HttpResponse, start: number, end: number): number {
		const range = headers.range;
		const last =
			typeof range === "string"
				? /^bytes=0-(\d+)$/.exec(range)?.[1]
				: undefined;
		const kept = last === undefined ? 0 : Number(last) + 1;
		if (kept < start || kept > end)
			throw this.#lost(
				`the server has ${kept} bytes of the upload, and should have ${start} to ${end}`,
			);
		return kept;
	}

	#object({ body }: HttpResponse): ObjectResource {
		try {
			return parseObject(body.toString(), this.#prefix);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			throw this.#unavailable(
				`the server's answer cannot be read: ${error.message}`,
			);
		}
	}

	#lost(reason: string): StoreError {
		this.#isLost = true;
		return this.#unavailable(reason);
	}

	#unavailable(reason: string): StoreError {
		return new StoreError("unavailable", reason, this.#about);
	}
}
