import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { type BatchAnswer, formatBatch, parseBatch } from "./batch.ts";
import { fromResponse, serviceCode } from "./errors.ts";
import type { Plane } from "./plane.ts";

/** Most deletions in a batch. Source: Azure Storage REST API reference, "Blob Batch". */
export const BATCH_SIZE = 256;

/** Single deletions on their way at a time, where the server takes no batches. */
const PARALLEL = 16;

/** Statuses by which a server says that it has no batches, or that these credentials may not use them. */
const NO_BATCHES = [400, 403, 404, 405, 501];

/** Deletes blobs, many with one call where the server can do that. */
export class BlobDeletion {
	readonly #plane: Plane;
	#hasBatches = true;

	constructor(plane: Plane) {
		this.#plane = plane;
	}

	/** Resolves to what could not be deleted, by name. At most `BATCH_SIZE` names. */
	async delete(
		names: readonly string[],
		about: (name: string) => StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<string, StoreError>> {
		const failures = new Map<string, StoreError>();
		const note = (name: string, failure: StoreError | undefined) => {
			if (failure !== undefined) failures.set(name, failure);
		};
		const answers =
			this.#hasBatches && names.length > 1
				? await this.#batch(names, about(names[0] ?? ""), signal)
				: undefined;
		if (answers !== undefined) {
			for (const [index, name] of names.entries())
				note(name, judged(answers.get(index) ?? answers.get(-1), about(name)));
			return failures;
		}
		const waiting = names.values();
		const next = async () => {
			for (const name of waiting)
				note(name, await this.#single(name, about(name), signal));
		};
		await Promise.all(Array.from({ length: PARALLEL }, next));
		return failures;
	}

	/** `undefined` when the server takes no batches. */
	async #batch(
		names: readonly string[],
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<number, BatchAnswer> | undefined> {
		const batch = formatBatch(await this.#plane.deletions(names, about));
		const { status, headers, body } = await this.#plane.request(
			{
				method: "POST",
				name: "",
				query: { restype: "container", comp: "batch" },
				headers: { "content-type": batch.contentType },
				body: batch.body,
				signal,
			},
			about,
			NO_BATCHES,
		);
		const text = body.toString();
		if (status >= 300) {
			if (serviceCode(headers, text) === "ContainerNotFound")
				throw fromResponse(status, headers, text, about);
			this.#hasBatches = false;
			return undefined;
		}
		try {
			return parseBatch(String(headers["content-type"]), text);
		} catch (error) {
			if (!(error instanceof SyntaxError)) throw error;
			const reason = `the server's answer cannot be read: ${error.message}`;
			throw new StoreError("unavailable", reason, { ...about, cause: error });
		}
	}

	async #single(
		name: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<StoreError | undefined> {
		try {
			const response = await this.#plane.request(
				{ method: "DELETE", name, signal },
				about,
				[404],
			);
			return judged({ ...response, body: response.body.toString() }, about);
		} catch (error) {
			// A cancellation is none.
			if (error instanceof StoreError) return error;
			throw error;
		}
	}
}

/** Why a blob was not deleted; `undefined` when it was, or was not there. */
function judged(
	answer: BatchAnswer | undefined,
	about: StoreErrorOptions,
): StoreError | undefined {
	if (answer === undefined)
		return new StoreError(
			"unavailable",
			"the server says nothing of it",
			about,
		);
	const { status, headers, body } = answer;
	if (status < 300 || serviceCode(headers, body) === "BlobNotFound")
		return undefined;
	return fromResponse(status, headers, body, about);
}
