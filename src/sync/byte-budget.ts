/** Bounds the bytes of bodies held at a time, whatever the number of objects on their way. */
export class ByteBudget {
	readonly #total: number;
	#used = 0;
	readonly #waiting: {
		readonly bytes: number;
		readonly resolve: () => void;
	}[] = [];

	/** `total` in bytes. An object larger than that gets it all, once nobody else holds any. */
	constructor(total: number) {
		this.#total = total;
	}

	/** Takes its share; `undefined` when there was room, else a promise of it. In order of asking. */
	take(bytes: number): Promise<void> | undefined {
		if (this.#waiting.length === 0 && this.#fits(bytes)) {
			this.#used += bytes;
			return undefined;
		}
		return new Promise((resolve) => this.#waiting.push({ bytes, resolve }));
	}

	/** Gives a share back. */
	give(bytes: number): void {
		this.#used -= bytes;
		for (
			let [next] = this.#waiting;
			next !== undefined && this.#fits(next.bytes);
			[next] = this.#waiting
		) {
			this.#waiting.shift();
			this.#used += next.bytes;
			next.resolve();
		}
	}

	#fits(bytes: number): boolean {
		return this.#used === 0 || this.#used + bytes <= this.#total;
	}
}
