import type { StoreErrorOptions } from "../errors.ts";
import type { Body, ObjectMeta, PutOptions } from "../object-store.ts";
import { BlockUpload } from "./block-upload.ts";
import { fromResponse } from "./errors.ts";
import { etagFrom } from "./headers.ts";
import type { Plane } from "./plane.ts";
import { makeRoom, onceThereIsRoom, type Staging } from "./staging.ts";

/** Writes blobs that are too large to hold. */
export class LargeBlobs {
	readonly #plane: Plane;
	readonly #staging: Staging;

	constructor(plane: Plane, staging: Staging) {
		this.#plane = plane;
		this.#staging = staging;
	}

	/** `name` with the store's prefix. */
	async put(
		name: string,
		body: Body,
		options: PutOptions,
		about: StoreErrorOptions,
	): Promise<Omit<ObjectMeta, "key">> {
		const upload = new BlockUpload(this.#plane, name, about);
		const left = await upload.leftBehind(options.signal);
		return left === undefined
			? await this.#replace(name, body, options, about)
			: await upload.put(body, left, options);
	}

	/**
	 * Replaces an append blob, as registries make them, which has no blocks: the new blob is made elsewhere, so that the
	 * old one stays until the new one's content is proven (I4).
	 */
	async #replace(
		name: string,
		body: Body,
		{ only, ...options }: PutOptions,
		about: StoreErrorOptions,
	): Promise<Omit<ObjectMeta, "key">> {
		const staged = this.#staging.newName();
		const upload = new BlockUpload(this.#plane, staged, about);
		const meta = await upload.put(body, new Map(), options);
		try {
			options.signal?.throwIfAborted();
			await makeRoom(this.#plane, name, only, about);
			const response = await this.#staging.copy(
				staged,
				name,
				onceThereIsRoom(only),
				about,
				undefined,
			);
			const { status, headers, body: said } = response;
			if (status >= 300)
				throw fromResponse(status, headers, said.toString(), about);
			return { ...meta, version: etagFrom(headers) };
		} finally {
			await this.#plane.request(
				{ method: "DELETE", name: staged },
				about,
				[404],
			);
		}
	}
}
