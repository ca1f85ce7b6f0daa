/** What a script printed: fields that end with a zero byte, and bytes of a length that is known. */
export class Fields {
	#rest: Buffer;

	constructor(printed: Buffer) {
		this.#rest = printed;
	}

	/** The next field; "" when there is none. */
	next(): string {
		const end = Math.max(this.#rest.indexOf(0), 0);
		const field = this.#rest.toString("utf8", 0, end);
		this.#rest = this.#rest.subarray(end + 1);
		return field;
	}

	/** So many bytes, or what is left of them. */
	bytes(length: number): Buffer {
		const bytes = this.#rest.subarray(0, length);
		this.#rest = this.#rest.subarray(length);
		return bytes;
	}
}
