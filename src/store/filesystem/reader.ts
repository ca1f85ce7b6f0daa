import { close, closeSync, fstatSync, read, readSync } from "node:fs";
import { promisify } from "node:util";
import { wrongSize } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { GetOptions, ObjectMeta, ObjectReader } from "../object-store.ts";
import { fromFilesystem } from "./errors.ts";

/** Bytes per read of a large file: large enough that the calls do not count, small enough to hold several. */
const CHUNK_BYTES = 1024 * 1024;

const readAsync = promisify(read);

/**
 * An open file. Small ones are read synchronously, large ones piece by piece without stalling the event loop. One that
 * grows, shrinks or is rewritten while it is read is `incomplete`: old registries write in place. One that is replaced
 * or deleted is read to its end as it was.
 */
export class FileReader implements ObjectReader {
	readonly meta: ObjectMeta;
	readonly #about: StoreErrorOptions;
	readonly #start: number;
	readonly #length: number;
	readonly #signal: AbortSignal | undefined;
	#descriptor: number | undefined;

	/** Takes over the descriptor, and closes it when disposed of. The range asked for is one that there is. */
	constructor(
		descriptor: number,
		meta: ObjectMeta,
		about: StoreErrorOptions,
		options: GetOptions,
	) {
		this.#descriptor = descriptor;
		this.meta = meta;
		this.#about = about;
		this.#start = options.start ?? 0;
		this.#length = Math.min(options.end ?? meta.size, meta.size) - this.#start;
		this.#signal = options.signal;
	}

	async bytes(maxBytes: number): Promise<Uint8Array> {
		if (this.#length > maxBytes) {
			throw new StoreError(
				"unsupported",
				`it has ${this.#length} bytes, more than ${maxBytes}`,
				this.#about,
			);
		}
		// One byte more than it should have, to notice one that has grown without asking for its size again.
		const probe = this.#isToEnd ? 1 : 0;
		const buffer = Buffer.allocUnsafe(this.#length + probe);
		let filled = 0;
		for (;;) {
			const count = this.#read(buffer, filled);
			filled += count;
			if (filled > this.#length) throw this.#changed();
			if (filled === this.#length) return buffer.subarray(0, filled);
			if (count === 0) throw wrongSize(this.#length, filled, this.#about);
		}
	}

	async *stream(): AsyncGenerator<Uint8Array> {
		let position = 0;
		// One for all pieces: with one for each, a quarter of the time goes into collecting them.
		const buffer = Buffer.allocUnsafeSlow(Math.min(CHUNK_BYTES, this.#length));
		while (position < this.#length) {
			this.#signal?.throwIfAborted();
			const length = Math.min(CHUNK_BYTES, this.#length - position);
			const { bytesRead } = await readAsync(
				this.#open(),
				buffer,
				0,
				length,
				this.#start + position,
			).catch((error) => {
				throw fromFilesystem(error, this.#about);
			});
			if (bytesRead === 0) throw wrongSize(this.#length, position, this.#about);
			position += bytesRead;
			yield buffer.subarray(0, bytesRead);
		}
		this.#proveUnchanged();
	}

	async [Symbol.asyncDispose](): Promise<void> {
		const descriptor = this.#descriptor;
		this.#descriptor = undefined;
		if (descriptor === undefined) return;
		if (this.#length <= CHUNK_BYTES) closeSync(descriptor);
		else await promisify(close)(descriptor);
	}

	#read(buffer: Buffer, filled: number): number {
		try {
			return readSync(
				this.#open(),
				buffer,
				filled,
				buffer.length - filled,
				this.#start + filled,
			);
		} catch (error) {
			throw fromFilesystem(error, this.#about);
		}
	}

	get #isToEnd(): boolean {
		return this.#start + this.#length === this.meta.size;
	}

	/** By size and time: the pieces may be of several states of the file. */
	#proveUnchanged(): void {
		const { size, mtimeMs } = this.#stats();
		if (size !== this.meta.size || mtimeMs !== this.meta.lastModified)
			throw this.#changed();
	}

	#stats() {
		try {
			return fstatSync(this.#open());
		} catch (error) {
			throw fromFilesystem(error, this.#about);
		}
	}

	#changed(): StoreError {
		return new StoreError(
			"incomplete",
			"it was changed while it was read",
			this.#about,
		);
	}

	#open(): number {
		if (this.#descriptor === undefined)
			throw new StoreError("unknown", "its reader is closed", this.#about);
		return this.#descriptor;
	}
}
