import { hash } from "node:crypto";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpResponse } from "../http/exchange.ts";
import { md5Sum, RunningMd5 } from "../md5.ts";
import type { Body, ObjectMeta, PutOptions } from "../object-store.ts";
import { type Part, sendParts } from "../parts.ts";
import { retrying } from "../retry.ts";
import {
	blockId,
	blockSize,
	formatBlockList,
	parseBlockList,
} from "./blocks.ts";
import { fromResponse, serviceCode } from "./errors.ts";
import {
	CONTENT_TYPE,
	conditionHeaders,
	etagFrom,
	md5Header,
} from "./headers.ts";
import type { AzureRequest, Plane } from "./plane.ts";

/** Bodies larger than this (bytes) go up in blocks. Below it, a body is held in memory and sent at once. */
export const BLOCK_THRESHOLD = 8 * 1024 * 1024;

/** Blocks on their way at a time, for each upload: so many blocks' bytes are held. */
const PARALLEL_BLOCKS = 4;

/**
 * Uploads a large body in blocks. The list of the blocks, which makes them a blob that can be seen, is sent only when
 * size and digest are proven (I4). Blocks that an earlier upload has left behind are not sent again.
 *
 * The service has no call that gives an upload up. An empty block list, deleted at once, would do it, but for a moment
 * there would be a blob of the name without its content. So blocks that do not become a blob stay where nobody sees
 * them, until the same upload is tried again, or the service drops them, a week after the last one came.
 * Source: Azure Storage REST API reference, "Put Block".
 */
export class BlockUpload {
	readonly #plane: Plane;
	readonly #name: string;
	readonly #about: StoreErrorOptions;
	readonly #ids: string[] = [];

	/** `name` with the store's prefix. */
	constructor(plane: Plane, name: string, about: StoreErrorOptions) {
		this.#plane = plane;
		this.#name = name;
		this.#about = about;
	}

	/** Sends the body; `left` is what `leftBehind` found. */
	async put(
		body: Body,
		left: ReadonlyMap<string, number>,
		options: PutOptions,
	): Promise<Omit<ObjectMeta, "key">> {
		const { signal, digest, only } = options;
		const partBytes = blockSize(body.size);
		if (partBytes === undefined) {
			const reason = "it is too large for a blob";
			throw new StoreError("unsupported", reason, this.#about);
		}
		const md5 = new RunningMd5();
		await sendParts(body, {
			partBytes,
			parallel: PARALLEL_BLOCKS,
			digest,
			about: this.#about,
			signal,
			observe: (chunk) => md5.update(chunk),
			send: (part, cancelled) => this.#block(part, left, cancelled),
		});
		const whole = md5.digest();
		const version = await this.#commit(whole, only);
		return {
			size: body.size,
			version,
			lastModified: Date.now(),
			md5: whole?.toString("hex"),
		};
	}

	/**
	 * The sizes of the blocks of that name which have not become a blob, by their ids; `undefined` when there is a blob
	 * that is not made of blocks.
	 */
	async leftBehind(
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<string, number> | undefined> {
		const request = {
			method: "GET" as const,
			name: this.#name,
			query: { comp: "blocklist", blocklisttype: "uncommitted" },
			signal,
		};
		// Not tried again here: nothing is done yet, so that the whole upload can be.
		const { status, headers, body } = await this.#plane.request(
			request,
			this.#about,
			[404, 409],
		);
		const text = body.toString();
		const code = serviceCode(headers, text);
		if (code === "BlobNotFound") return new Map();
		if (code === "InvalidBlobType") return undefined;
		if (status >= 300) throw fromResponse(status, headers, text, this.#about);
		try {
			return parseBlockList(text);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			const reason = `the server's list of blocks cannot be read: ${error.message}`;
			const options = { ...this.#about, cause: error };
			throw new StoreError("unavailable", reason, options);
		}
	}

	async #block(
		{ index, bytes }: Part,
		left: ReadonlyMap<string, number>,
		signal: AbortSignal,
	): Promise<void> {
		const id = blockId(index, hash("sha256", bytes, "buffer"));
		this.#ids[index] = id;
		if (left.get(id) === bytes.length) return;
		const request = {
			method: "PUT" as const,
			name: this.#name,
			query: { comp: "block", blockid: id },
			headers: md5Header(md5Sum(bytes)),
			body: bytes,
			signal,
		};
		await retrying(() => this.#plane.request(request, this.#about), signal);
	}

	/**
	 * Makes the blocks a blob. Not to be cancelled: whether the blob is there would be unknown. Safe to repeat when its
	 * answer was lost, since blocks are also found in the blob that they have become; but on a condition, which could
	 * then fail on the blob's own account, it is not repeated.
	 */
	async #commit(
		md5: Buffer | undefined,
		only: PutOptions["only"],
	): Promise<string> {
		const body = formatBlockList(this.#ids);
		const request = {
			method: "PUT" as const,
			name: this.#name,
			query: { comp: "blocklist" },
			headers: {
				...md5Header(md5Sum(body)),
				...(md5 && { "x-ms-blob-content-md5": md5.toString("base64") }),
				"x-ms-blob-content-type": CONTENT_TYPE,
				...conditionHeaders(only),
			},
			body,
		};
		const response = await retrying(
			() => this.#sendList(request),
			undefined,
			only === undefined ? {} : { mayPass: isRefused },
		);
		if (response.status >= 300) throw this.#failed(response);
		return etagFrom(response.headers);
	}

	/** Rejects unless the blob is made, or cannot be, because its blocks are gone: to ask again would change nothing. */
	async #sendList(request: AzureRequest): Promise<HttpResponse> {
		const response = await this.#plane.request(request, this.#about, [400]);
		const { status, headers, body } = response;
		const code = serviceCode(headers, body.toString());
		if (status >= 300 && code !== "InvalidBlockList")
			throw this.#failed(response);
		return response;
	}

	#failed({ status, headers, body }: HttpResponse): StoreError {
		return fromResponse(status, headers, body.toString(), this.#about);
	}
}

/** Refused before it did anything, so a second attempt cannot meet what the first one did. */
function isRefused(error: unknown): boolean {
	return error instanceof StoreError && error.code === "throttled";
}
