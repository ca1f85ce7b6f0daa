import { hash, randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { CONTENT_TYPE, etagFrom } from "./headers.ts";
import { STAGING } from "./names.ts";
import type { Plane } from "./plane.ts";

/** How often the service is asked whether a copy is done, and how long it is waited (ms) in between. */
const COPY_POLLS = 50;
const COPY_POLL_MS = 200;

/**
 * Writes small objects as append blobs, for registries that cannot replace a block blob (Distribution 3.0.0 to 3.1.1).
 * The service makes an append blob empty, and fills it by another call; so that nobody sees it so, it is made under a
 * name of its own, and copied from there in one step. Those names are used again and again.
 */
export class AppendBlobs {
	readonly #plane: Plane;
	readonly #namePrefix: string;
	readonly #all: string[] = [];
	readonly #free: string[] = [];

	constructor(plane: Plane, namePrefix: string) {
		this.#plane = plane;
		this.#namePrefix = namePrefix;
	}

	/** Makes an append blob of these bytes. The answer is that of the copy; 409 when another type of blob is there. */
	async put(
		name: string,
		bytes: Uint8Array,
		conditions: Readonly<Record<string, string>>,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<HttpResponse> {
		const staged = this.#free.pop() ?? this.#newName();
		try {
			await this.#fill(staged, bytes, about, signal);
			const headers = {
				"x-ms-copy-source": this.#plane.sourceUrl(staged),
				...conditions,
			};
			const response = await this.#plane.request(
				{ method: "PUT", name, headers, signal },
				about,
				[409],
			);
			return response.headers["x-ms-copy-status"] === "pending"
				? await this.#copied(name, about)
				: response;
		} finally {
			this.#free.push(staged);
		}
	}

	/** The names that were made and may still be there. */
	staged(): readonly string[] {
		return this.#all;
	}

	#newName(): string {
		const name = `${this.#namePrefix}${STAGING}${randomUUID()}`;
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
					"content-md5": hash("md5", bytes, "base64"),
					"if-match": `"${etagFrom(made.headers)}"`,
				},
				body: bytes,
				signal,
			},
			about,
		);
	}

	/** Waits for the end of a copy that the service makes in the background. */
	async #copied(name: string, about: StoreErrorOptions): Promise<HttpResponse> {
		for (let poll = 0; poll < COPY_POLLS; poll++) {
			const response = await this.#plane.request(
				{ method: "HEAD", name },
				about,
			);
			const status = response.headers["x-ms-copy-status"];
			if (status === "success") return response;
			if (status !== "pending") break;
			await sleep(COPY_POLL_MS);
		}
		const reason = "it could not be copied to its place";
		throw new StoreError("unavailable", reason, about);
	}
}
