import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ObjectMeta, ObjectReader } from "../object-store.ts";
import type { HttpStream } from "./exchange.ts";

/** The body of a GET. Disposing of it before its end gives the connection up. */
export class ResponseReader implements ObjectReader {
	readonly meta: ObjectMeta;
	readonly #stream: HttpStream;
	readonly #about: StoreErrorOptions;
	readonly #signal: AbortSignal | undefined;
	readonly #fromThrown: (
		error: unknown,
		about: StoreErrorOptions,
	) => StoreError;
	readonly #length: number;

	/** `fromThrown` says what an error of the connection means. */
	constructor(
		meta: ObjectMeta,
		stream: HttpStream,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
		fromThrown: (error: unknown, about: StoreErrorOptions) => StoreError,
	) {
		this.meta = meta;
		this.#stream = stream;
		this.#about = about;
		this.#signal = signal;
		this.#fromThrown = fromThrown;
		this.#length = Number(stream.headers["content-length"]);
	}

	async bytes(maxBytes: number): Promise<Uint8Array> {
		if (this.#length > maxBytes) {
			throw new StoreError(
				"unsupported",
				`it has ${this.#length} bytes, more than ${maxBytes}`,
				this.#about,
			);
		}
		const chunks: Uint8Array[] = [];
		for await (const chunk of this.stream()) chunks.push(chunk);
		const [only] = chunks;
		return only !== undefined && chunks.length === 1
			? only
			: Buffer.concat(chunks);
	}

	async *stream(): AsyncGenerator<Uint8Array> {
		let received = 0;
		try {
			for await (const chunk of this.#stream.chunks()) {
				received += chunk.length;
				yield chunk;
			}
		} catch (error) {
			throw this.#signal?.aborted
				? this.#signal.reason
				: this.#fromThrown(error, this.#about);
		}
		if (received !== this.#length) {
			const reason = `the server sent ${received} of ${this.#length} bytes`;
			throw new StoreError("unavailable", reason, this.#about);
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {
		this.#stream.cancel();
	}
}
