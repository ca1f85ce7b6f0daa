import type {
	ListedPart,
	ListedUpload,
	UploadServer,
} from "../begun-uploads.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { HttpRequest } from "../http/connections.ts";
import type { HttpResponse, ResponseHeaders } from "../http/exchange.ts";
import { encodeComponent, encodePath } from "../http/percent-encoding.ts";
import type { UploadedPart } from "../multipart-upload.ts";
import { retrying } from "../retry.ts";
import { checksumsOf, hashesOf } from "./checksums.ts";
import { fromResponse } from "./errors.ts";
import type { GcsLocation } from "./location.ts";
import { CONTENT_TYPE } from "./multipart-body.ts";
import type { Plane } from "./plane.ts";
import {
	bare,
	formatCompletion,
	parseBegun,
	parseParts,
	parseUploads,
} from "./upload-documents.ts";

/** What a server, or what stands before it, answers that does not take uploads in parts from us. */
const REFUSALS: readonly number[] = [400, 403, 404, 405, 501];

/**
 * Uploads in parts, which the XML API has and the JSON API has not. Their ids are no secrets: each call needs a token
 * besides, so they may be noted (I7). Names are whole, with the store's prefix.
 * Source: Cloud Storage documentation, "XML API multipart uploads".
 */
export class UploadCalls implements UploadServer {
	readonly #plane: Plane;
	readonly #bucket: string;
	readonly #headers: Readonly<Record<string, string>>;
	#isRefused = false;

	constructor(
		plane: Plane,
		{ bucket, userProject }: Pick<GcsLocation, "bucket" | "userProject">,
	) {
		this.#plane = plane;
		this.#bucket = `/${encodeComponent(bucket)}`;
		this.#headers =
			userProject === undefined ? {} : { "x-goog-user-project": userProject };
	}

	/** Whether the server does not have these calls, or these credentials may not make them. */
	get isRefused(): boolean {
		return this.#isRefused;
	}

	/** Rejects with `unsupported` where it is refused. */
	async create(name: string, about: StoreErrorOptions): Promise<string> {
		const request = {
			method: "POST" as const,
			path: this.#object(name, "uploads"),
			headers: {
				...this.#headers,
				"content-type": CONTENT_TYPE,
				"content-length": "0",
			},
		};
		const answer = await this.#plane.request(request, about, REFUSALS);
		if (REFUSALS.includes(answer.status)) {
			this.#isRefused = true;
			const { reason, suggestions } = failureOf(answer, about);
			throw new StoreError("unsupported", reason, { ...about, suggestions });
		}
		return read(answer, parseBegun, about);
	}

	/** Sends a part, whose bytes the server checks; resolves to its ETag. */
	async send(
		name: string,
		uploadId: string,
		number: number,
		bytes: Buffer,
		about: StoreErrorOptions,
		signal: AbortSignal,
	): Promise<string> {
		const query = `partNumber=${number}&uploadId=${encodeComponent(uploadId)}`;
		const { headers } = await this.#tried(
			{
				method: "PUT",
				path: this.#object(name, query),
				headers: { "x-goog-hash": hashesOf(checksumsOf(bytes)) },
				body: bytes,
				signal,
			},
			about,
		);
		if (typeof headers.etag === "string") return bare(headers.etag);
		const reason = "the server took a part without naming its ETag";
		throw new StoreError("unknown", reason, about);
	}

	/** Makes the parts the object. Resolves to its generation, where the server tells it. Not to be cancelled. */
	async complete(
		name: string,
		uploadId: string,
		parts: readonly UploadedPart[],
		about: StoreErrorOptions,
	): Promise<string | undefined> {
		const answer = await this.#tried(
			{
				method: "POST",
				path: this.#upload(name, uploadId),
				headers: { "content-type": "application/xml" },
				body: formatCompletion(parts),
			},
			about,
			isError,
		);
		return generationIn(answer.headers);
	}

	async abort(
		name: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal,
	): Promise<void> {
		const path = this.#upload(name, uploadId);
		const headers = { "content-length": "0" };
		await this.#tried({ method: "DELETE", path, headers, signal }, about);
	}

	async parts(
		name: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<number, ListedPart>> {
		const parts = new Map<number, ListedPart>();
		for (let after = 0; ; ) {
			const path = `${this.#upload(name, uploadId)}&part-number-marker=${after}`;
			const answer = await this.#tried(
				{ method: "GET", path, headers: {}, signal },
				about,
			);
			const page = read(answer, parseParts, about);
			for (const [number, part] of page.parts) parts.set(number, part);
			// A server that does not get on would be asked for ever.
			if (page.next === undefined || page.next <= after) return parts;
			after = page.next;
		}
	}

	async ofKey(
		name: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<readonly ListedUpload[]> {
		const path = `${this.#bucket}?uploads&prefix=${encodeComponent(name)}`;
		const answer = await this.#tried(
			{ method: "GET", path, headers: {}, signal },
			about,
		);
		return read(answer, (xml) => parseUploads(xml, name), about);
	}

	/** A call, tried again. `isFailure` tells an answer that says 200 and means something else. */
	#tried(
		request: HttpRequest,
		about: StoreErrorOptions,
		isFailure: (answer: HttpResponse) => boolean = () => false,
	): Promise<HttpResponse> {
		const headers = { ...this.#headers, ...request.headers };
		return retrying(async () => {
			request.signal?.throwIfAborted();
			const answer = await this.#plane.request({ ...request, headers }, about);
			if (isFailure(answer)) throw failureOf({ ...answer, status: 500 }, about);
			return answer;
		}, request.signal);
	}

	#upload(name: string, uploadId: string): string {
		return this.#object(name, `uploadId=${encodeComponent(uploadId)}`);
	}

	#object(name: string, query: string): string {
		return `${this.#bucket}/${encodePath(name)}?${query}`;
	}
}

/** Completing can take minutes, so that the status may be sent before it is known whether it succeeds. */
function isError({ body }: HttpResponse): boolean {
	return /<Error[\s>]/.test(body.toString());
}

function failureOf(
	{ status, headers, body }: HttpResponse,
	about: StoreErrorOptions,
): StoreError {
	return fromResponse(status, body.toString(), about, headers);
}

function generationIn(headers: ResponseHeaders): string | undefined {
	const generation = headers["x-goog-generation"];
	return typeof generation === "string" ? generation : undefined;
}

function read<T>(
	{ body }: HttpResponse,
	parse: (xml: string) => T,
	about: StoreErrorOptions,
): T {
	try {
		return parse(body.toString());
	} catch (error) {
		if (!(error instanceof SyntaxError)) throw error;
		const reason = `the server's answer cannot be read: ${error.message}`;
		throw new StoreError("unknown", reason, { ...about, cause: error });
	}
}
