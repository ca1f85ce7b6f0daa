import { hash } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "./errors.ts";
import type {
	Body,
	ContentDigest,
	ObjectMeta,
	ObjectStore,
} from "./object-store.ts";

/** The whole body, its size and digest proven; for bodies that are small enough to hold. */
export async function readProven(
	body: Uint8Array | Body,
	digest: ContentDigest | undefined,
	about: StoreErrorOptions,
): Promise<Uint8Array> {
	const bytes = body instanceof Uint8Array ? body : await body.bytes();
	const size = body instanceof Uint8Array ? bytes.length : body.size;
	if (bytes.length !== size) throw wrongSize(size, bytes.length, about);
	if (
		digest !== undefined &&
		hash(digest.algorithm, bytes, "hex") !== digest.hex
	) {
		throw wrongDigest(about);
	}
	return bytes;
}

/** The error for a body that is not as long as it said. */
export function wrongSize(
	expected: number,
	found: number,
	about: StoreErrorOptions,
): StoreError {
	return new StoreError(
		"incomplete",
		`its body has ${found} bytes and should have ${expected}`,
		about,
	);
}

/** The error for a body that does not hash to what it should. */
export function wrongDigest(about: StoreErrorOptions): StoreError {
	return new StoreError(
		"corrupt",
		"its content does not match its digest",
		about,
	);
}

/** The content of an object in a store as a body for another one; nothing is read before the body is asked for. */
export class ObjectBody implements Body {
	readonly size: number;
	readonly #store: ObjectStore;
	readonly #key: string;
	readonly #signal: AbortSignal | undefined;

	constructor(
		store: ObjectStore,
		object: Pick<ObjectMeta, "key" | "size">,
		signal?: AbortSignal,
	) {
		this.#store = store;
		this.#key = object.key;
		this.size = object.size;
		this.#signal = signal;
	}

	async bytes(): Promise<Uint8Array> {
		const reader = await this.#store.get(this.#key, { signal: this.#signal });
		try {
			if (reader.meta.size !== this.size) {
				throw wrongSize(this.size, reader.meta.size, {
					store: this.#store.url,
					operation: "get",
					key: this.#key,
				});
			}
			return await reader.bytes(this.size);
		} finally {
			await reader[Symbol.asyncDispose]();
		}
	}

	async *open(): AsyncGenerator<Uint8Array> {
		const reader = await this.#store.get(this.#key, { signal: this.#signal });
		try {
			yield* reader.stream();
		} finally {
			await reader[Symbol.asyncDispose]();
		}
	}
}
