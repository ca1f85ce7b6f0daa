import { createHash, hash } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";
import { type Part, sendParts } from "../parts.ts";
import { retrying } from "../retry.ts";
import type { BegunUploads, OpenUpload } from "./begun-uploads.ts";
import { etagFrom } from "./headers.ts";
import type { S3Location } from "./location.ts";
import { settingHeaders } from "./object-settings.ts";
import type { Plane } from "./plane.ts";
import { type ProvenBodies, sha256Header } from "./proven-bodies.ts";
import { isSamePart } from "./same-part.ts";
import type { ListedPart, UploadCalls, UploadedPart } from "./upload-calls.ts";

/** Most parts of an object. Source: Amazon S3 user guide, "multipart upload limits". */
const MAX_PARTS = 10_000;

/** Parts on their way at a time, for each upload: so many parts' bytes are held, and one more. */
const PARALLEL_PARTS = 4;

/** The part size (bytes) for a body: as small as may be, and as the limit on the number of parts allows. */
export function partSize(size: number, smallest: number): number {
	return Math.max(smallest, Math.ceil(size / MAX_PARTS));
}

/** The checksum of an object of these parts. Source: Amazon S3 user guide, "Checking object integrity", composite. */
function checksumOf(parts: readonly UploadedPart[]): string {
	const checksums = createHash("sha256");
	for (const { sha256 } of parts) checksums.update(sha256, "base64");
	return `${checksums.digest("base64")}-${parts.length}`;
}

/** What an upload is made with. */
export interface MultipartContext {
	readonly location: S3Location;
	readonly plane: Plane;
	readonly bodies: ProvenBodies;
	readonly calls: UploadCalls;
	readonly begun: BegunUploads;
}

/**
 * Uploads a large body in parts. One sequential reader hashes the whole and feeds parallel parts; the upload is
 * completed, and the object becomes visible, only when size and digest are proven (I4). Parts that the server has of an
 * earlier attempt, also of a process that was killed, are not sent again where they are proven to hold what was read
 * now. On any failure the upload and its parts are given up.
 */
export class MultipartUpload {
	readonly #context: MultipartContext;
	readonly #key: string;
	readonly #about: StoreErrorOptions;

	/** `key` with the store's prefix. */
	constructor(
		context: MultipartContext,
		key: string,
		about: StoreErrorOptions,
	) {
		this.#context = context;
		this.#key = key;
		this.#about = about;
	}

	async put(body: Body, options: PutOptions): Promise<void> {
		const { begun, location } = this.#context;
		const plan = {
			size: body.size,
			partBytes: partSize(body.size, location.chunkBytes),
			digest: options.digest
				? `${options.digest.algorithm}:${options.digest.hex}`
				: "",
			terms: JSON.stringify(settingHeaders(location.objects)),
		};
		for (;;) {
			const upload = await begun.open(
				this.#key,
				plan,
				this.#about,
				options.signal,
			);
			try {
				const parts = await this.#send(upload, body, options);
				options.signal?.throwIfAborted();
				await this.#complete(upload.uploadId, parts);
				begun.done(upload.noted);
				return;
			} catch (error) {
				await begun.giveUp(upload.noted, this.#about);
				// It can have gone since its parts were listed.
				if (!upload.isResumed || !this.#isGone(error)) throw error;
			}
		}
	}

	/**
	 * Sends what is missing; and when the source fails in a way that may pass, reads it again and sends what is missing
	 * then. Resolves to the parts in their order.
	 */
	async #send(
		{ noted, uploadId, parts: before }: OpenUpload,
		body: Body,
		{ digest, signal }: PutOptions,
	): Promise<readonly UploadedPart[]> {
		const arrived = new Map(before);
		const parts: UploadedPart[] = [];
		const attempt = () =>
			sendParts(body, {
				partBytes: noted.partBytes,
				parallel: PARALLEL_PARTS,
				digest,
				about: this.#about,
				signal,
				send: async (part, cancelled) => {
					parts[part.index] = await this.#part(
						uploadId,
						part,
						arrived,
						cancelled,
					);
				},
			});
		await retrying(attempt, signal);
		return parts;
	}

	async #part(
		uploadId: string,
		{ index, bytes }: Part,
		arrived: Map<number, ListedPart>,
		signal: AbortSignal,
	): Promise<UploadedPart> {
		const number = index + 1;
		const hex = hash("sha256", bytes, "hex");
		const sha256 = Buffer.from(hex, "hex").toString("base64");
		let part = arrived.get(number);
		if (part === undefined || !isSamePart(part, bytes, sha256)) {
			arrived.delete(number);
			const etag = await this.#sendPart(uploadId, number, bytes, hex, signal);
			part = { size: bytes.length, etag, sha256 };
			arrived.set(number, part);
		}
		return { number, etag: part.etag, sha256 };
	}

	/** Resolves to the part's ETag. */
	async #sendPart(
		uploadId: string,
		number: number,
		body: Buffer,
		sha256: string,
		signal: AbortSignal,
	): Promise<string> {
		const request = {
			method: "PUT" as const,
			key: this.#key,
			query: { partNumber: String(number), uploadId },
			headers: sha256Header(sha256),
			body,
			sha256,
			signal,
		};
		const { headers } = await retrying(
			() => this.#context.bodies.send(request, this.#about),
			signal,
		);
		const etag = etagFrom(headers);
		if (etag !== "") return etag;
		const reason = "the server took a part without naming its ETag";
		throw new StoreError("unknown", reason, this.#about);
	}

	/** Not to be cancelled: whether the object is there would be unknown. */
	async #complete(
		uploadId: string,
		parts: readonly UploadedPart[],
	): Promise<void> {
		const { calls } = this.#context;
		try {
			await calls.complete(this.#key, uploadId, parts, this.#about);
		} catch (error) {
			// The answer to an attempt that succeeded can be lost; to the next one, some servers know no such upload.
			if (!this.#isGone(error) || !(await this.#isThere(parts))) throw error;
		}
	}

	/** Whether the object is what these parts make, by its checksum. */
	async #isThere(parts: readonly UploadedPart[]): Promise<boolean> {
		const headers = { "x-amz-checksum-mode": "ENABLED" };
		const request = { method: "HEAD", key: this.#key, headers } as const;
		const response = await retrying(() =>
			this.#context.plane.request(request, this.#about, [404]),
		);
		return response.headers["x-amz-checksum-sha256"] === checksumOf(parts);
	}

	/** Whether the server says that it knows no such upload. */
	#isGone(error: unknown): boolean {
		return (
			error instanceof StoreError &&
			error.code === "not-found" &&
			error.store === this.#about.store
		);
	}
}
