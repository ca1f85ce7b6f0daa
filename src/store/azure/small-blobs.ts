import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import type { PutOptions } from "../object-store.ts";
import { AppendBlobs } from "./append-blobs.ts";
import { fromResponse } from "./errors.ts";
import {
	CONTENT_TYPE,
	conditionHeaders,
	etagFrom,
	md5Header,
} from "./headers.ts";
import type { Plane } from "./plane.ts";
import {
	isOfAnotherType,
	makeRoom,
	onceThereIsRoom,
	type Staging,
} from "./staging.ts";

/** A small blob to be written. */
export interface SmallBlob {
	/** With the store's prefix. */
	readonly name: string;
	readonly bytes: Uint8Array;
	/** Of the bytes; `undefined` where the machine's policy forbids it. */
	readonly md5: Buffer | undefined;
}

/** What the service says of a blob that was written. */
export interface WrittenBlob {
	readonly version: string;
	/** Whether a listing will give its MD5. */
	readonly hasMd5: boolean;
}

/** Writes blobs whose bytes are at hand: the smallest as append blobs, where that is asked for, the others by one call. */
export class SmallBlobs {
	readonly #plane: Plane;
	readonly #appendBelow: number;
	readonly #appendBlobs: AppendBlobs;

	/** Objects of fewer than `appendBelow` bytes become append blobs. */
	constructor(plane: Plane, staging: Staging, appendBelow: number) {
		this.#plane = plane;
		this.#appendBelow = appendBelow;
		this.#appendBlobs = new AppendBlobs(plane, staging);
	}

	async put(
		blob: SmallBlob,
		{ only, signal }: PutOptions,
		about: StoreErrorOptions,
	): Promise<WrittenBlob> {
		const { name, bytes } = blob;
		const isAppended = bytes.length < this.#appendBelow;
		const write = (condition: PutOptions["only"]) =>
			isAppended
				? this.#appendBlobs.put(name, bytes, condition, about, signal)
				: this.#replace(blob, condition, about, signal);
		let response = await write(only);
		if (isOfAnotherType(response)) {
			await makeRoom(this.#plane, name, only, about);
			response = await write(onceThereIsRoom(only));
		}
		if (response.status >= 300) {
			const { status, headers, body } = response;
			throw fromResponse(status, headers, body.toString(), about);
		}
		const version = etagFrom(response.headers);
		if (version === "") {
			const reason = "what answers there names no ETag of what it was sent";
			throw new StoreError("unavailable", reason, about);
		}
		return { version, hasMd5: !isAppended };
	}

	/** The names of blobs that are to be deleted at the end. */
	staged(): readonly string[] {
		return this.#appendBlobs.staged();
	}

	#replace(
		{ name, bytes, md5 }: SmallBlob,
		condition: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const headers = {
			"content-type": CONTENT_TYPE,
			...md5Header(md5),
			"x-ms-blob-type": "BlockBlob",
			...conditionHeaders(condition),
		};
		return this.#plane.request(
			{ method: "PUT", name, headers, body: bytes, signal },
			about,
			[409],
		);
	}
}
