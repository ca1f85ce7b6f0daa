import { BegunUploads, type UploadingStore } from "../begun-uploads.ts";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { putInParts } from "../multipart-upload.ts";
import type { Body, PutOptions } from "../object-store.ts";
import {
	type LeftUpload,
	MemoryUploads,
	type SettleOptions,
	type UploadLog,
	type UploadRecord,
} from "../upload-log.ts";
import type { S3Location } from "./location.ts";
import { type MultipartContext, partServer, partSize } from "./multipart.ts";
import { settingHeaders } from "./object-settings.ts";

/** Puts bodies that are above the threshold, and settles what is left of such puts. Keys are whole. */
export class LargeBodies implements Disposable {
	readonly #location: S3Location;
	readonly #context: MultipartContext;
	readonly #begun: BegunUploads;
	readonly #record: UploadRecord;

	/** Without a log, what is left is not gone on with after the process has ended. Throws what opening the log throws. */
	constructor(
		location: S3Location,
		context: MultipartContext,
		store: UploadingStore,
		log: UploadLog | undefined,
	) {
		const settle = (options: SettleOptions) => this.#settle(store, options);
		this.#record = log?.open(store.identity, settle) ?? new MemoryUploads();
		this.#begun = new BegunUploads(context.calls, this.#record);
		this.#location = location;
		this.#context = context;
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
		const { chunkBytes, objects } = this.#location;
		await putInParts(body, options, {
			key,
			plan: {
				partBytes: partSize(body.size, chunkBytes),
				terms: JSON.stringify(settingHeaders(objects)),
			},
			begun: this.#begun,
			server: partServer(this.#context, key, about),
			about,
		});
	}

	[Symbol.dispose](): void {
		this.#record[Symbol.dispose]();
	}

	#settle(
		store: UploadingStore,
		options: SettleOptions,
	): Promise<readonly LeftUpload[]> {
		const about = { store: store.url, operation: "settle uploads in" };
		return this.#begun.settle(store, about, options);
	}
}
