import type { Chunk } from "./session.ts";

/** Gathers the pieces of a body into chunks of one size. Two buffers take turns: one is filled, one is on its way. */
export class ChunkBuffer {
	readonly #bytes: number;
	#current: Buffer | undefined;
	#other: Buffer | undefined;
	#filled = 0;
	#start = 0;

	/** `bytes` is the size of every chunk but the last. */
	constructor(bytes: number) {
		this.#bytes = bytes;
	}

	get isFull(): boolean {
		return this.#filled === this.#bytes;
	}

	/** Takes in what there is room for, and gives back the rest. */
	add(piece: Uint8Array): Uint8Array {
		const count = Math.min(this.#bytes - this.#filled, piece.length);
		this.#current ??= Buffer.allocUnsafeSlow(this.#bytes);
		this.#current.set(piece.subarray(0, count), this.#filled);
		this.#filled += count;
		return piece.subarray(count);
	}

	/** Gives the chunk out and begins the next. Its bytes hold until the one after it is taken. */
	take(): Chunk {
		const bytes = this.#current?.subarray(0, this.#filled) ?? NOTHING;
		const start = this.#start;
		this.#start += this.#filled;
		this.#filled = 0;
		[this.#current, this.#other] = [this.#other, this.#current];
		return { bytes, start };
	}
}

const NOTHING = Buffer.alloc(0);
