import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { Body, PutOptions } from "../object-store.ts";
import {
	type LeftUpload,
	MemoryUploads,
	type SettleOptions,
	type UploadLog,
	type UploadRecord,
} from "../upload-log.ts";
import { BegunUploads, type SettledStore } from "./begun-uploads.ts";
import { type MultipartContext, MultipartUpload } from "./multipart.ts";

/** What a store says of itself to have its uploads noted and settled. */
export interface UploadingStore extends SettledStore {
	readonly url: string;
	readonly identity: string;
}

/** Puts bodies that are above the threshold, and settles what is left of such puts. Keys are whole. */
export class LargeBodies implements Disposable {
	readonly #context: MultipartContext;
	readonly #record: UploadRecord;

	/** Without a log, what is left is not gone on with after the process has ended. Throws what opening the log throws. */
	constructor(
		context: Omit<MultipartContext, "begun">,
		store: UploadingStore,
		log: UploadLog | undefined,
	) {
		const settle = (options: SettleOptions) => this.#settle(store, options);
		this.#record = log?.open(store.identity, settle) ?? new MemoryUploads();
		const begun = new BegunUploads(context.calls, this.#record);
		this.#context = { ...context, begun };
	}

	async put(
		key: string,
		body: Body,
		options: PutOptions,
		about: StoreErrorOptions,
	): Promise<void> {
		if (options.only !== undefined) {
			const reason = "an object this large cannot be put on a condition";
			throw new StoreError("unsupported", reason, about);
		}
		await new MultipartUpload(this.#context, key, about).put(body, options);
	}

	[Symbol.dispose](): void {
		this.#record[Symbol.dispose]();
	}

	#settle(
		store: UploadingStore,
		options: SettleOptions,
	): Promise<readonly LeftUpload[]> {
		const about = { store: store.url, operation: "settle uploads in" };
		return this.#context.begun.settle(store, about, options);
	}
}
