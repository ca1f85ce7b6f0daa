import { BegunUploads, type UploadingStore } from "../begun-uploads.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import {
	isUnknownUpload,
	type PartServer,
	putInParts,
} from "../multipart-upload.ts";
import type { Body, ObjectMeta, PutOptions } from "../object-store.ts";
import { retrying } from "../retry.ts";
import type { UploadLog, UploadRecord } from "../upload-log.ts";
import { crc32c, encodeCrc32c } from "./crc32c.ts";
import { discarded } from "./discard.ts";
import type { GcsLocation } from "./location.ts";
import type { BucketPaths } from "./paths.ts";
import type { Plane } from "./plane.ts";
import { OBJECT_FIELDS, type ObjectResource, parseObject } from "./resource.ts";
import { ResumableUpload } from "./upload.ts";
import { UploadCalls } from "./upload-calls.ts";

/** Smallest part that we make (bytes); the server takes 5 MiB. Five of them are held for each upload. */
const MIN_PART_BYTES = 8 * 1024 * 1024;

/** Most parts of an object. Source: Cloud Storage documentation, "Quotas and limits", XML API multipart uploads. */
const MAX_PARTS = 10_000;

/**
 * Puts bodies that are above the threshold.
 *
 * | uploads are noted | on a condition | the server takes uploads in parts | the body goes up                                 |
 * | ----------------- | -------------- | --------------------------------- | ------------------------------------------------ |
 * | yes               | no             | yes                               | in parts, which the next run can go on with      |
 * | yes               | no             | no                                | through a session, as in the last row            |
 * | yes               | yes            | -                                 | through a session: parts know no conditions      |
 * | no                | -              | -                                 | through a session, which ends with the process   |
 */
export class LargeBodies implements Disposable {
	readonly #plane: Plane;
	readonly #paths: BucketPaths;
	readonly #location: GcsLocation;
	readonly #calls: UploadCalls;
	readonly #record: UploadRecord | undefined;
	readonly #begun: BegunUploads | undefined;

	/** Throws what opening the log throws. */
	constructor(
		plane: Plane,
		paths: BucketPaths,
		location: GcsLocation,
		store: UploadingStore,
		log: UploadLog | undefined,
	) {
		this.#plane = plane;
		this.#paths = paths;
		this.#location = location;
		this.#calls = new UploadCalls(plane, location);
		const about = { store: store.url, operation: "settle uploads in" };
		this.#record = log?.open(
			store.identity,
			async (options) =>
				(await this.#begun?.settle(store, about, options)) ?? [],
		);
		this.#begun = this.#record && new BegunUploads(this.#calls, this.#record);
	}

	async put(
		key: string,
		body: Body,
		options: PutOptions,
		about: StoreErrorOptions,
	): Promise<ObjectMeta> {
		const begun = options.only === undefined ? this.#begun : undefined;
		if (begun !== undefined && !this.#calls.isRefused) {
			try {
				return await this.#putParts(key, body, options, begun, about);
			} catch (error) {
				if (!this.#isRefused(error, about)) throw error;
			}
		}
		const upload = new ResumableUpload(
			this.#plane,
			this.#paths,
			this.#location,
			key,
			about,
		);
		return (await upload.put(body, options)).meta;
	}

	[Symbol.dispose](): void {
		this.#record?.[Symbol.dispose]();
	}

	async #putParts(
		key: string,
		body: Body,
		options: PutOptions,
		begun: BegunUploads,
		about: StoreErrorOptions,
	): Promise<ObjectMeta> {
		const name = this.#paths.name(key);
		let crc = 0;
		/** The same; each reading counts anew. */
		const counted: Body = {
			size: body.size,
			bytes: () => body.bytes(),
			async *open() {
				crc = 0;
				for await (const piece of body.open()) {
					crc = crc32c(piece, crc);
					yield piece;
				}
			},
		};
		let stored: ObjectResource | undefined;
		const server: PartServer = {
			send: (uploadId, { number, bytes }, signal) =>
				this.#calls.send(name, uploadId, number, bytes, about, signal),
			complete: async (uploadId, parts) => {
				let generation: string | undefined;
				let lost: unknown;
				try {
					generation = await this.#calls.complete(name, uploadId, parts, about);
				} catch (error) {
					// The answer to an attempt that succeeded can be lost; the next one then finds no such upload.
					if (!isUnknownUpload(error, about)) throw error;
					lost = error;
				}
				const found = await this.#find(key, about);
				const isWhole =
					found?.meta.size === body.size && found.crc32c === encodeCrc32c(crc);
				if (isWhole) stored = found;
				else if (lost !== undefined) throw lost;
				else {
					const isOurs = found?.meta.version === generation;
					const made = isOurs ? found : undefined;
					throw await discarded(this.#plane, this.#paths, key, made, about);
				}
			},
		};
		const partBytes = Math.max(
			MIN_PART_BYTES,
			Math.ceil(body.size / MAX_PARTS),
		);
		await putInParts(counted, options, {
			key: name,
			plan: { partBytes, terms: "" },
			begun,
			server,
			about,
		});
		if (stored !== undefined) return stored.meta;
		const reason = "it is not there after its upload was completed";
		throw new StoreError("unknown", reason, about);
	}

	/** The object as it is now; `undefined` when there is none. */
	async #find(
		key: string,
		about: StoreErrorOptions,
	): Promise<ObjectResource | undefined> {
		const path = this.#paths.object(key, `fields=${OBJECT_FIELDS}`);
		const request = { method: "GET", path, headers: {} } as const;
		const { status, body } = await retrying(() =>
			this.#plane.request(request, about, [404]),
		);
		if (status === 404) return undefined;
		try {
			return parseObject(body.toString(), this.#location.prefix);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			const reason = `the server's answer cannot be read: ${error.message}`;
			throw new StoreError("unavailable", reason, { ...about, cause: error });
		}
	}

	/** Whether a put failed only because the server takes no uploads in parts. */
	#isRefused(error: unknown, { store }: StoreErrorOptions): boolean {
		return (
			this.#calls.isRefused &&
			error instanceof StoreError &&
			error.code === "unsupported" &&
			error.store === store
		);
	}
}
