import type { StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { md5Sum } from "../md5.ts";
import type { PutOptions } from "../object-store.ts";
import { CONTENT_TYPE, etagFrom, md5Header } from "./headers.ts";
import type { Plane } from "./plane.ts";
import type { Staging } from "./staging.ts";

/**
 * Writes small objects as append blobs, for registries that cannot replace a block blob (Distribution 3.0.0 to 3.1.1).
 * The service makes an append blob empty, and fills it by another call; so that nobody sees it so, it is made elsewhere,
 * and copied from there in one step. The names for that are used again and again.
 */
export class AppendBlobs {
	readonly #plane: Plane;
	readonly #staging: Staging;
	readonly #all: string[] = [];
	readonly #free: string[] = [];

	constructor(plane: Plane, staging: Staging) {
		this.#plane = plane;
		this.#staging = staging;
	}

	/** Makes an append blob of these bytes; the answer is 409 when a blob of another type is there. */
	async put(
		name: string,
		bytes: Uint8Array,
		only: PutOptions["only"],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const staged = this.#free.pop() ?? this.#newName();
		try {
			await this.#fill(staged, bytes, about, signal);
			return await this.#staging.copy(staged, name, only, about, signal);
		} finally {
			this.#free.push(staged);
		}
	}

	/** The names of blobs that are to be deleted at the end. */
	staged(): readonly string[] {
		return this.#all;
	}

	#newName(): string {
		const name = this.#staging.newName();
		this.#all.push(name);
		return name;
	}

	async #fill(
		name: string,
		bytes: Uint8Array,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<void> {
		const headers = {
			"content-type": CONTENT_TYPE,
			"x-ms-blob-type": "AppendBlob",
		};
		// Makes it anew, and empty, when it is there already.
		const made = await this.#plane.request(
			{ method: "PUT", name, headers, signal },
			about,
		);
		if (bytes.length === 0) return;
		await this.#plane.request(
			{
				method: "PUT",
				name,
				query: { comp: "appendblock" },
				headers: {
					...md5Header(md5Sum(bytes)),
					"if-match": `"${etagFrom(made.headers)}"`,
				},
				body: bytes,
				signal,
			},
			about,
		);
	}
}
