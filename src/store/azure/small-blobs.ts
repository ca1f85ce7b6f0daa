import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import type { PutOptions } from "../object-store.ts";
import { AppendBlobs } from "./append-blobs.ts";
import { fromResponse, serviceCode } from "./errors.ts";
import { CONTENT_TYPE, conditionHeaders, etagFrom } from "./headers.ts";
import type { Plane } from "./plane.ts";

/** A small blob to be written. */
export interface SmallBlob {
	/** With the store's prefix. */
	readonly name: string;
	readonly bytes: Uint8Array;
	/** Of the bytes. */
	readonly md5: Buffer;
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

	constructor(plane: Plane, namePrefix: string, appendBelow: number) {
		this.#plane = plane;
		this.#appendBelow = appendBelow;
		this.#appendBlobs = new AppendBlobs(plane, namePrefix);
	}

	async put(
		blob: SmallBlob,
		{ only, signal }: PutOptions,
		about: StoreErrorOptions,
	): Promise<WrittenBlob> {
		const isAppended = blob.bytes.length < this.#appendBelow;
		const write = (condition: PutOptions["only"]) =>
			isAppended
				? this.#append(blob, condition, about, signal)
				: this.#replace(blob, condition, about, signal);
		let response = await write(only);
		if (isOfAnotherType(response)) {
			await this.#makeRoom(blob.name, only, about, signal);
			response = await write("absent");
		}
		if (response.status >= 300) {
			const { status, headers, body } = response;
			throw fromResponse(status, headers, body.toString(), about);
		}
		return { version: etagFrom(response.headers), hasMd5: !isAppended };
	}

	/** Names that are ours, and to be deleted at the end. */
	staged(): readonly string[] {
		return this.#appendBlobs.staged();
	}

	#append(
		{ name, bytes }: SmallBlob,
		condition: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const headers = conditionHeaders(condition);
		return this.#appendBlobs.put(name, bytes, headers, about, signal);
	}

	#replace(
		{ name, bytes, md5 }: SmallBlob,
		condition: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const headers = {
			"content-type": CONTENT_TYPE,
			"content-md5": md5.toString("base64"),
			"x-ms-blob-type": "BlockBlob",
			...conditionHeaders(condition),
		};
		return this.#plane.request(
			{ method: "PUT", name, headers, body: bytes, signal },
			about,
			[409],
		);
	}

	/**
	 * Deletes a blob of another type, which the service cannot replace in one step: for the time of a request, there is
	 * neither the old object nor the new one. Registries do the same. Not to be cancelled, so that it is no longer.
	 */
	async #makeRoom(
		name: string,
		only: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<void> {
		const head = await this.#plane.request(
			{ method: "HEAD", name, signal },
			about,
			[404],
		);
		if (head.status === 404) return;
		const version = etagFrom(head.headers);
		if (only === "absent" || (only !== undefined && only.version !== version)) {
			const reason = "it exists, or is no longer what it was";
			throw new StoreError("precondition-failed", reason, about);
		}
		const headers = conditionHeaders({ version });
		await this.#plane.request(
			{ method: "DELETE", name, headers },
			about,
			[404],
		);
	}
}

function isOfAnotherType({ status, headers, body }: HttpResponse): boolean {
	return (
		status === 409 &&
		serviceCode(headers, body.toString()) === "InvalidBlobType"
	);
}
