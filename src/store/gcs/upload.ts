import { createHash } from "node:crypto";
import { wrongDigest, wrongSize } from "../body.ts";
import type { StoreError, StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";
import { retrying } from "../retry.ts";
import {
	type Checksums,
	hashesOf,
	isStored,
	RunningChecksums,
} from "./checksums.ts";
import { ChunkBuffer } from "./chunk-buffer.ts";
import { discarded } from "./discard.ts";
import { conditionQuery } from "./headers.ts";
import type { GcsLocation } from "./location.ts";
import { CONTENT_TYPE } from "./multipart-body.ts";
import type { BucketPaths } from "./paths.ts";
import type { Plane } from "./plane.ts";
import { OBJECT_FIELDS, type ObjectResource } from "./resource.ts";
import { type Chunk, UploadSession } from "./session.ts";

/**
 * Uploads a large body through a resumable session. One reader hashes the whole while the chunk before is on its way;
 * the last chunk is withheld, so that nothing can be seen, until size and digest are proven (I4). A session takes one
 * chunk after the other, so what runs side by side is several uploads.
 */
export class ResumableUpload {
	readonly #plane: Plane;
	readonly #paths: BucketPaths;
	readonly #location: GcsLocation;
	readonly #key: string;
	readonly #about: StoreErrorOptions;

	constructor(
		plane: Plane,
		paths: BucketPaths,
		location: GcsLocation,
		key: string,
		about: StoreErrorOptions,
	) {
		this.#plane = plane;
		this.#paths = paths;
		this.#location = location;
		this.#key = key;
		this.#about = about;
	}

	async put(body: Body, options: PutOptions): Promise<ObjectResource> {
		const { signal } = options;
		const session = await this.#begin(body.size, options);
		try {
			signal?.throwIfAborted();
			const { last, checksums } = await this.#send(session, body, options);
			signal?.throwIfAborted();
			const hashes = hashesOf(checksums);
			const stored = await session.send({ ...last, hashes }, signal);
			if (stored !== undefined && isStored(stored, checksums)) return stored;
			throw await this.#discarded(stored);
		} catch (error) {
			await session.cancel();
			throw error;
		}
	}

	/** Not to be cancelled: nobody could give up a session whose answer was not waited for. */
	async #begin(size: number, options: PutOptions): Promise<UploadSession> {
		const condition = conditionQuery(options.only, this.#about);
		const resource = {
			name: this.#paths.name(this.#key),
			contentType: CONTENT_TYPE,
		};
		const request = {
			method: "POST" as const,
			path: this.#paths.upload(
				`uploadType=resumable&fields=${OBJECT_FIELDS}${condition}`,
			),
			headers: {
				"content-type": "application/json; charset=utf-8",
				"x-upload-content-type": CONTENT_TYPE,
				"x-upload-content-length": String(size),
			},
			body: Buffer.from(JSON.stringify(resource)),
		};
		const { headers } = await retrying(() => {
			options.signal?.throwIfAborted();
			return this.#plane.request(request, this.#about);
		}, options.signal);
		return new UploadSession(headers.location, {
			plane: this.#plane,
			prefix: this.#location.prefix,
			size,
			about: this.#about,
		});
	}

	/** Sends all but the last chunk, which is given back with what the whole was proven to be. */
	async #send(
		session: UploadSession,
		body: Body,
		{ digest, signal: cancelled }: PutOptions,
	): Promise<{ readonly last: Chunk; readonly checksums: Checksums }> {
		const hasher = digest && createHash(digest.algorithm);
		const running = new RunningChecksums();
		// When reading fails, the chunk on its way is given up.
		const failed = new AbortController();
		const signal =
			cancelled === undefined
				? failed.signal
				: AbortSignal.any([cancelled, failed.signal]);
		const chunks = new ChunkBuffer(
			Math.min(this.#location.chunkBytes, body.size),
		);
		let underWay: Promise<void> = Promise.resolve();
		try {
			for await (const piece of body.open()) {
				signal.throwIfAborted();
				hasher?.update(piece);
				running.update(piece);
				if (running.size > body.size)
					throw wrongSize(body.size, running.size, this.#about);
				for (let rest = piece; rest.length > 0; ) {
					// A full chunk is sent only when more follows it: it could be the last.
					if (chunks.isFull) {
						await underWay;
						underWay = this.#sendEarly(session, chunks.take(), signal);
						// Failures are met at the next chunk, or at the end.
						underWay.catch(() => undefined);
					}
					rest = chunks.add(rest);
				}
			}
			if (running.size !== body.size)
				throw wrongSize(body.size, running.size, this.#about);
			if (hasher !== undefined && hasher.digest("hex") !== digest?.hex)
				throw wrongDigest(this.#about);
			await underWay;
			return { last: chunks.take(), checksums: running.digest() };
		} catch (error) {
			failed.abort(error);
			await underWay.catch(() => undefined);
			throw error;
		}
	}

	/** A chunk that is not the last. */
	async #sendEarly(
		session: UploadSession,
		chunk: Chunk,
		signal: AbortSignal,
	): Promise<void> {
		const stored = await session.send(chunk, signal);
		if (stored !== undefined) throw await this.#discarded(stored);
	}

	#discarded(stored: ObjectResource | undefined): Promise<StoreError> {
		return discarded(this.#plane, this.#paths, this.#key, stored, this.#about);
	}
}
