import { createHash } from "node:crypto";
import { wrongDigest, wrongSize } from "./body.ts";
import type { StoreErrorOptions } from "./errors.ts";
import type { Body, ContentDigest } from "./object-store.ts";

/** A piece of a body. */
export interface Part {
	/** From 0. */
	readonly index: number;
	/** Another part's once the sending has ended. */
	readonly bytes: Buffer;
}

/** How a body is sent in parts. */
export interface PartsOptions {
	/** Bytes of every part but the last. */
	readonly partBytes: number;
	/** Parts on their way at a time; one more is held while it is filled. */
	readonly parallel: number;
	readonly digest: ContentDigest | undefined;
	readonly about: StoreErrorOptions;
	readonly signal: AbortSignal | undefined;
	/** Sees every byte, in order. */
	readonly observe?: ((chunk: Uint8Array) => void) | undefined;
	/** Sends one part, with what retrying it needs. */
	readonly send: (part: Part, signal: AbortSignal) => Promise<void>;
}

/**
 * Sends a body in parts: one sequential reader hashes the whole and feeds parallel sendings. Resolves when every part
 * has arrived and size and digest are proven, so that the parts may be made an object (I4). On any failure the other
 * sendings are cancelled and waited for: nothing arrives after it rejects.
 */
export async function sendParts(
	body: Body,
	options: PartsOptions,
): Promise<void> {
	await new PartSender(options).send(body);
}

class PartSender {
	readonly #options: PartsOptions;
	/** One part's failure ends the others, and the reader. */
	readonly #failed = new AbortController();
	readonly #signal: AbortSignal;
	readonly #underWay = new Set<Promise<void>>();
	/** Buffers of parts that have arrived, for the next ones. */
	readonly #free: Buffer[] = [];
	#index = 0;

	constructor(options: PartsOptions) {
		this.#options = options;
		this.#signal =
			options.signal === undefined
				? this.#failed.signal
				: AbortSignal.any([options.signal, this.#failed.signal]);
	}

	async send(body: Body): Promise<void> {
		try {
			await this.#read(body);
			await Promise.all(this.#underWay);
			this.#signal.throwIfAborted();
		} catch (error) {
			this.#failed.abort(error);
			await Promise.allSettled(this.#underWay);
			throw error;
		}
	}

	async #read(body: Body): Promise<void> {
		const { partBytes, digest, about, observe } = this.#options;
		const hasher = digest && createHash(digest.algorithm);
		let total = 0;
		let buffer = this.#buffer();
		let filled = 0;
		for await (const chunk of body.open()) {
			this.#signal.throwIfAborted();
			hasher?.update(chunk);
			observe?.(chunk);
			total += chunk.length;
			if (total > body.size) throw wrongSize(body.size, total, about);
			for (let taken = 0; taken < chunk.length; ) {
				const count = Math.min(partBytes - filled, chunk.length - taken);
				buffer.set(chunk.subarray(taken, taken + count), filled);
				filled += count;
				taken += count;
				if (filled < partBytes) continue;
				await this.#begin(buffer, filled);
				buffer = this.#buffer();
				filled = 0;
			}
		}
		if (total !== body.size) throw wrongSize(body.size, total, about);
		if (hasher !== undefined && hasher.digest("hex") !== digest?.hex)
			throw wrongDigest(about);
		if (filled > 0) await this.#begin(buffer, filled);
	}

	/** Begins to send a part, and waits until there is room for the next. */
	async #begin(buffer: Buffer, length: number): Promise<void> {
		const part = { index: this.#index++, bytes: buffer.subarray(0, length) };
		const sending = this.#options
			.send(part, this.#signal)
			.then(() => {
				this.#free.push(buffer);
			})
			.catch((error: unknown) => this.#failed.abort(error))
			.finally(() => {
				this.#underWay.delete(sending);
			});
		this.#underWay.add(sending);
		while (this.#underWay.size >= this.#options.parallel)
			await Promise.race(this.#underWay);
		this.#signal.throwIfAborted();
	}

	#buffer(): Buffer {
		return this.#free.pop() ?? Buffer.allocUnsafeSlow(this.#options.partBytes);
	}
}
