import { createHash, hash } from "node:crypto";
import { wrongDigest, wrongSize } from "../body.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";
import { retrying } from "../retry.ts";
import type { Control } from "./control.ts";
import { fromThrown } from "./errors.ts";
import { unquoted } from "./list-parser.ts";
import type { Plane } from "./plane.ts";
import type { UploadedPart } from "./upload-calls.ts";

/** Bodies larger than this (bytes) go up in parts. Below it, a body is held in memory and sent at once. */
export const MULTIPART_THRESHOLD = 8 * 1024 * 1024;

/** Smallest part that we make (bytes). S3 wants at least 5 MiB, the last part excepted. */
const MIN_PART_BYTES = 8 * 1024 * 1024;

/** Most parts of an object. Source: Amazon S3 user guide, "multipart upload limits". */
const MAX_PARTS = 10_000;

/** Parts on their way at a time, for each upload: so many parts' bytes are held. */
const PARALLEL_PARTS = 4;

/** How long giving up an upload may take (ms), once it is given up because the command was cancelled. */
const ABORT_TIMEOUT_MS = 10_000;

/** The part size (bytes) for a body: as small as the limit on the number of parts allows. */
export function partSize(size: number): number {
	return Math.max(MIN_PART_BYTES, Math.ceil(size / MAX_PARTS));
}

/** The checksum of an object of these parts. Source: Amazon S3 user guide, "Checking object integrity", composite. */
function checksumOf(parts: readonly UploadedPart[]): string {
	const checksums = createHash("sha256");
	for (const { sha256 } of parts) checksums.update(sha256, "base64");
	return `${checksums.digest("base64")}-${parts.length}`;
}

/**
 * Uploads a large body in parts. One sequential reader hashes the whole and feeds parallel parts; the upload is
 * completed, and the object becomes visible, only when size and digest are proven (I4). On any failure the upload and
 * its parts are given up.
 */
export class MultipartUpload {
	readonly #plane: Plane;
	readonly #control: Control;
	readonly #key: string;
	readonly #about: StoreErrorOptions;
	readonly #parts: UploadedPart[] = [];
	#started = 0;
	readonly #underWay = new Set<Promise<void>>();
	/** Buffers of parts that have arrived, for the next ones. */
	readonly #free: Buffer[] = [];

	/** `key` with the store's prefix. */
	constructor(
		plane: Plane,
		control: Control,
		key: string,
		about: StoreErrorOptions,
	) {
		this.#plane = plane;
		this.#control = control;
		this.#key = key;
		this.#about = about;
	}

	async put(body: Body, options: PutOptions): Promise<void> {
		const uploadId = await this.#controlled(
			() => this.#control.uploads.create(this.#key),
			options.signal,
		);
		try {
			await this.#send(uploadId, body, options);
			options.signal?.throwIfAborted();
			this.#parts.sort((left, right) => left.number - right.number);
			await this.#complete(uploadId);
		} catch (error) {
			await this.#giveUp(uploadId);
			throw error;
		}
	}

	/** Not to be cancelled: whether the object is there would be unknown. */
	async #complete(uploadId: string): Promise<void> {
		try {
			await this.#controlled(
				() => this.#control.uploads.complete(this.#key, uploadId, this.#parts),
				undefined,
			);
		} catch (error) {
			// The answer to an attempt that succeeded can be lost; to the next one, some servers know no such upload.
			const isGone = error instanceof StoreError && error.code === "not-found";
			if (!isGone || !(await this.#isThere())) throw error;
		}
	}

	/** Whether the object is what these parts make, by its checksum. */
	async #isThere(): Promise<boolean> {
		const headers = { "x-amz-checksum-mode": "ENABLED" };
		const request = { method: "HEAD", key: this.#key, headers } as const;
		const response = await retrying(() =>
			this.#plane.request(request, this.#about, [404]),
		);
		return (
			response.headers["x-amz-checksum-sha256"] === checksumOf(this.#parts)
		);
	}

	async #send(
		uploadId: string,
		body: Body,
		options: PutOptions,
	): Promise<void> {
		const bytes = partSize(body.size);
		const { digest } = options;
		const hasher = digest && createHash(digest.algorithm);
		// One part's failure ends the others, and the reader.
		const failed = new AbortController();
		const signal =
			options.signal === undefined
				? failed.signal
				: AbortSignal.any([options.signal, failed.signal]);
		let total = 0;
		let buffer = this.#buffer(bytes);
		let filled = 0;
		const flush = async () => {
			this.#track(this.#part(uploadId, buffer, filled, signal), failed);
			filled = 0;
			while (this.#underWay.size >= PARALLEL_PARTS)
				await Promise.race(this.#underWay);
			signal.throwIfAborted();
			buffer = this.#buffer(bytes);
		};
		try {
			for await (const chunk of body.open()) {
				signal.throwIfAborted();
				hasher?.update(chunk);
				total += chunk.length;
				if (total > body.size) throw wrongSize(body.size, total, this.#about);
				for (let taken = 0; taken < chunk.length; ) {
					const count = Math.min(bytes - filled, chunk.length - taken);
					buffer.set(chunk.subarray(taken, taken + count), filled);
					filled += count;
					taken += count;
					if (filled === bytes) await flush();
				}
			}
			if (total !== body.size) throw wrongSize(body.size, total, this.#about);
			if (hasher !== undefined && hasher.digest("hex") !== digest?.hex)
				throw wrongDigest(this.#about);
			if (filled > 0) await flush();
			await Promise.all(this.#underWay);
			signal.throwIfAborted();
		} catch (error) {
			failed.abort(error);
			// Every part must have ended before the upload is given up, or a late one would be left behind.
			await Promise.allSettled(this.#underWay);
			throw error;
		}
	}

	#track(part: Promise<void>, failed: AbortController): void {
		const tracked = part
			.catch((error: unknown) => failed.abort(error))
			.finally(() => {
				this.#underWay.delete(tracked);
			});
		this.#underWay.add(tracked);
	}

	async #part(
		uploadId: string,
		buffer: Buffer,
		length: number,
		signal: AbortSignal,
	): Promise<void> {
		const number = ++this.#started;
		const body = buffer.subarray(0, length);
		const sha256 = hash("sha256", body, "hex");
		const checksum = Buffer.from(sha256, "hex").toString("base64");
		const request = {
			method: "PUT" as const,
			key: this.#key,
			query: { partNumber: String(number), uploadId },
			headers: { "x-amz-checksum-sha256": checksum },
			body,
			sha256,
			signal,
		};
		const { headers } = await retrying(
			() => this.#plane.request(request, this.#about),
			signal,
		);
		if (typeof headers.etag !== "string") {
			throw new StoreError(
				"unknown",
				"the server took a part without naming its ETag",
				this.#about,
			);
		}
		this.#parts.push({
			number,
			etag: unquoted(headers.etag),
			sha256: checksum,
		});
		this.#free.push(buffer);
	}

	#buffer(bytes: number): Buffer {
		return this.#free.pop() ?? Buffer.allocUnsafeSlow(bytes);
	}

	/** A call of the control plane, retried, with the store's errors. */
	#controlled<T>(
		call: () => Promise<T>,
		signal: AbortSignal | undefined,
	): Promise<T> {
		return retrying(async () => {
			signal?.throwIfAborted();
			try {
				return await call();
			} catch (error) {
				throw fromThrown(error, this.#about);
			}
		}, signal);
	}

	async #giveUp(uploadId: string): Promise<void> {
		const signal = AbortSignal.timeout(ABORT_TIMEOUT_MS);
		try {
			await this.#controlled(
				() => this.#control.uploads.abort(this.#key, uploadId, signal),
				signal,
			);
		} catch {
			// The failure that led here is the one to report; the bucket's lifecycle rule removes what is left.
		}
	}
}
