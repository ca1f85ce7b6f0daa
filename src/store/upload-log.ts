/** What an upload in parts is of, and how: only one that is alike can be gone on with. */
export interface UploadPlan {
	/** Of the whole body (bytes). */
	readonly size: number;
	/** Of every part but the last (bytes). */
	readonly partBytes: number;
	/** What the body must hash to, as `ALGORITHM:HEX`; "" where that is not known. */
	readonly digest: string;
	/** What the server was asked for besides, such as encryption, in the store's own words; never a secret (I7). */
	readonly terms: string;
}

/** An upload in parts that was to be begun, and has neither become an object nor been given up. */
export interface NotedUpload extends UploadPlan {
	/** Tells it from all others that are noted of the store. */
	readonly number: number;
	/** The whole key, with the store's prefix. */
	readonly key: string;
	/** The server's name for it; `undefined`: it was asked for, and whether the server has begun it is not known. */
	readonly uploadId: string | undefined;
	/** When it was asked for, by this machine's clock (milliseconds since 1970). */
	readonly begunAt: number;
}

/** The uploads that are noted of one store. What a method has noted is durable when it returns. */
export interface UploadRecord extends Disposable {
	/** Those of a key, or all. */
	pending(key?: string): readonly NotedUpload[];
	/** Notes that an upload is about to be asked for. */
	intend(key: string, plan: UploadPlan): NotedUpload;
	/** Notes what the server calls it. */
	begun(upload: NotedUpload, uploadId: string): NotedUpload;
	/** Notes that it is no more. */
	ended(upload: NotedUpload): void;
}

/** An upload that is still there, or may be. */
export interface LeftUpload {
	/** The object's, as `ObjectStore.address`. */
	readonly address: string;
	/** Milliseconds since 1970. */
	readonly begunAt: number;
	/** A sentence's end: why it is left. */
	readonly reason: string;
}

/** What is known when uploads are settled. */
export interface SettleOptions {
	/** Whether all that was to be put has been: then nobody will go on with an upload that is left. */
	readonly isAllDone: boolean;
	readonly signal?: AbortSignal | undefined;
}

/** Gives up the uploads that nobody will go on with, and tells which are left. Rejects only when cancelled. */
export type SettleUploads = (
	options: SettleOptions,
) => Promise<readonly LeftUpload[]>;

/**
 * Which uploads were begun from here, so that a later process can go on with them, or give them up: no others are ever
 * touched. Stores in which an upload outlives the process keep one.
 */
export interface UploadLog {
	/** Opens what is noted of the store of this identity. The store disposes of it, and says how its uploads are settled. */
	open(identity: string, settle: SettleUploads): UploadRecord;
}

/** A record that is gone with the process: uploads are gone on with when a call is made again, and not later. */
export class MemoryUploads implements UploadRecord {
	readonly #uploads = new Map<number, NotedUpload>();
	#last = 0;

	pending(key?: string): readonly NotedUpload[] {
		const all = [...this.#uploads.values()];
		return key === undefined ? all : all.filter((one) => one.key === key);
	}

	intend(key: string, plan: UploadPlan): NotedUpload {
		const { size, partBytes, digest, terms } = plan;
		const number = ++this.#last;
		const begunAt = Date.now();
		return this.#noted({
			...{ number, key, uploadId: undefined, begunAt },
			...{ size, partBytes, digest, terms },
		});
	}

	begun(upload: NotedUpload, uploadId: string): NotedUpload {
		return this.#noted({ ...upload, uploadId });
	}

	ended({ number }: NotedUpload): void {
		this.#uploads.delete(number);
	}

	/** What is noted stays, for whoever holds it. */
	[Symbol.dispose](): void {}

	#noted(upload: NotedUpload): NotedUpload {
		this.#uploads.set(upload.number, upload);
		return upload;
	}
}
