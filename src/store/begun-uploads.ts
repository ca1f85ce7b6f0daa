import { StoreError, type StoreErrorOptions } from "./errors.ts";
import { retrying } from "./retry.ts";
import type {
	LeftUpload,
	NotedUpload,
	SettleOptions,
	UploadPlan,
	UploadRecord,
} from "./upload-log.ts";

/** How long giving up an upload may take (ms), once it is given up because the command was cancelled. */
const ABORT_TIMEOUT_MS = 10_000;

/** How long settling may take (ms), but for what is being given up: a server that is gone is not waited for. */
const SETTLE_TIMEOUT_MS = 30_000;

/** How far the clocks of this machine and the server may differ (ms): with more, S3 refuses requests (RequestTimeTooSkewed). */
const SKEW_MS = 15 * 60 * 1000;

/** A part as the server tells of it. */
export interface ListedPart {
	/** Bytes. */
	readonly size: number;
	readonly etag: string;
	/** In base64; `undefined` where the server keeps none. */
	readonly sha256: string | undefined;
}

/** An upload as the server tells of it. */
export interface ListedUpload {
	readonly uploadId: string;
	/** Milliseconds since 1970, by the server's clock; `undefined` where it does not say. */
	readonly initiated: number | undefined;
}

/**
 * The calls that begin and end uploads in parts. They reject with `StoreError`s, `not-found` for an upload that the
 * server does not know, or when cancelled. All but `create` try again what may pass.
 */
export interface UploadServer {
	/**
	 * Begins an upload; resolves to its id. One attempt, which is not to be cancelled: each may begin an upload, of which
	 * the caller must know.
	 */
	create(key: string, about: StoreErrorOptions): Promise<string>;
	/** Gives an upload up, and with it its parts. */
	abort(
		key: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal,
	): Promise<void>;
	/** The parts that an upload has, by their numbers. */
	parts(
		key: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<number, ListedPart>>;
	/** The uploads of exactly this key, whoever began them. */
	ofKey(
		key: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<readonly ListedUpload[]>;
}

/** An upload that parts can be sent to. */
export interface OpenUpload {
	readonly noted: NotedUpload;
	readonly uploadId: string;
	/** What it has already, by part numbers. */
	readonly parts: ReadonlyMap<number, ListedPart>;
	/** Whether an earlier call began it. */
	readonly isResumed: boolean;
}

/** What of the store is needed to settle its uploads. */
export interface SettledStore {
	address(key: string): string;
	/** The size of an object (bytes); `undefined` when there is none. Keys are whole. */
	sizeOf(
		key: string,
		signal: AbortSignal | undefined,
	): Promise<number | undefined>;
}

/** What a store says of itself to have its uploads noted and settled. */
export interface UploadingStore extends SettledStore {
	readonly url: string;
	readonly identity: string;
}

/**
 * The uploads in parts that were begun from here: begins them, goes on with them, gives them up. Each is noted before
 * the server is asked to begin it, so none is ever unknown; and only those that are noted are ever touched.
 */
export class BegunUploads {
	readonly #server: UploadServer;
	readonly #record: UploadRecord;
	/** The numbers of those that a call of this process is busy with. */
	readonly #inUse = new Set<number>();

	constructor(server: UploadServer, record: UploadRecord) {
		this.#server = server;
		this.#record = record;
	}

	/**
	 * An upload of the key to send parts to: one that is left of an earlier call and planned alike, else a new one. What is
	 * left and can not be gone on with is given up. The part size is the upload's own.
	 */
	async open(
		key: string,
		plan: UploadPlan,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<OpenUpload> {
		for (const noted of this.#record.pending(key)) {
			const { number, uploadId } = noted;
			if (uploadId === undefined || this.#inUse.has(number)) continue;
			this.#inUse.add(number);
			try {
				const parts = isAlike(noted, plan)
					? await this.#partsOf(key, uploadId, about, signal)
					: undefined;
				if (parts !== undefined)
					return { noted, uploadId, parts, isResumed: true };
			} catch (error) {
				this.#inUse.delete(number);
				throw error;
			}
			await this.giveUp(noted, about);
		}
		return await this.#begin(key, plan, about, signal);
	}

	/** The upload has become an object. */
	done(noted: NotedUpload): void {
		this.#inUse.delete(noted.number);
		this.#forget(noted);
	}

	/** The next call for the object may go on with the upload. */
	leave(noted: NotedUpload): void {
		this.#inUse.delete(noted.number);
	}

	/**
	 * Gives an upload up, and with it its parts. Resolves to why that could not be done, and never rejects: there is a
	 * failure already that is to be reported. It stays noted then.
	 */
	async giveUp(
		noted: NotedUpload,
		about: StoreErrorOptions,
	): Promise<StoreError | undefined> {
		const { key, uploadId } = noted;
		const signal = AbortSignal.timeout(ABORT_TIMEOUT_MS);
		try {
			if (uploadId !== undefined)
				await this.#server.abort(key, uploadId, about, signal);
		} catch (error) {
			const isGone = error instanceof StoreError && error.code === "not-found";
			if (!isGone) return failureOf(error, about);
		} finally {
			this.#inUse.delete(noted.number);
		}
		this.#forget(noted);
		return undefined;
	}

	/**
	 * Gives up what nobody will go on with, and tells what is left.
	 *
	 * | the server's id is    | all was put | the object is there | verdict                                                |
	 * | --------------------- | ----------- | ------------------- | ------------------------------------------------------ |
	 * | known                 | yes         | -                   | given up                                               |
	 * | known                 | no          | yes                 | given up                                               |
	 * | known                 | no          | no                  | left: the next call for that object goes on with it    |
	 * | not known, none like it is there | - | -                  | never begun, or gone: forgotten                        |
	 * | not known, one like it is there  | - | -                  | left: it could be somebody else's                      |
	 */
	async settle(
		store: SettledStore,
		about: StoreErrorOptions,
		options: SettleOptions,
	): Promise<readonly LeftUpload[]> {
		const left: LeftUpload[] = [];
		const deadline = AbortSignal.timeout(SETTLE_TIMEOUT_MS);
		const { isAllDone } = options;
		const bounded = {
			isAllDone,
			signal: options.signal
				? AbortSignal.any([options.signal, deadline])
				: deadline,
		};
		for (const noted of this.#record.pending()) {
			if (this.#inUse.has(noted.number)) continue;
			const reason = await this.#settled(noted, store, about, bounded).catch(
				(error: unknown) => {
					options.signal?.throwIfAborted();
					return `it could not be looked at: ${failureOf(error, about).reason}`;
				},
			);
			if (reason === undefined) continue;
			const { key, begunAt } = noted;
			left.push({ address: store.address(key), begunAt, reason });
		}
		return left;
	}

	/** Why an upload is left; `undefined` when it is not. */
	async #settled(
		noted: NotedUpload,
		store: SettledStore,
		about: StoreErrorOptions,
		{ isAllDone, signal }: SettleOptions,
	): Promise<string | undefined> {
		signal?.throwIfAborted();
		const { key, size, uploadId, begunAt } = noted;
		if (uploadId !== undefined) {
			if (!isAllDone && (await store.sizeOf(key, signal)) !== size)
				return "the next run goes on with it";
			const failure = await this.giveUp(noted, about);
			if (failure === undefined) return undefined;
			const reason = `it could not be given up: ${failure.reason}`;
			return [reason, ...failure.suggestions].join(". ");
		}
		const ours = new Set(
			this.#record.pending(key).map((upload) => upload.uploadId),
		);
		const there = await this.#server.ofKey(key, about, signal);
		const isMaybeThere = there.some(
			({ uploadId: id, initiated = Number.POSITIVE_INFINITY }) =>
				!ours.has(id) && initiated > begunAt - SKEW_MS,
		);
		if (isMaybeThere)
			return "the answer to its beginning was lost, so that it could be somebody else's";
		this.#forget(noted);
		return undefined;
	}

	async #begin(
		key: string,
		plan: UploadPlan,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<OpenUpload> {
		return await retrying(async () => {
			signal?.throwIfAborted();
			const intended = this.#record.intend(key, plan);
			this.#inUse.add(intended.number);
			try {
				const uploadId = await this.#create(intended, about);
				const noted = await this.#noted(intended, uploadId, about);
				return { noted, uploadId, parts: new Map(), isResumed: false };
			} catch (error) {
				this.#inUse.delete(intended.number);
				throw error;
			}
		}, signal);
	}

	async #create(
		intended: NotedUpload,
		about: StoreErrorOptions,
	): Promise<string> {
		try {
			return await this.#server.create(intended.key, about);
		} catch (error) {
			if (!mayHaveBegun(error)) this.#forget(intended);
			throw error;
		}
	}

	/** What cannot be noted must not go on: after a crash, nobody would know of it. */
	async #noted(
		intended: NotedUpload,
		uploadId: string,
		about: StoreErrorOptions,
	): Promise<NotedUpload> {
		try {
			return this.#record.begun(intended, uploadId);
		} catch (error) {
			await this.giveUp({ ...intended, uploadId }, about);
			throw error;
		}
	}

	/** `undefined` when the upload is gone, or its parts cannot be looked at. */
	async #partsOf(
		key: string,
		uploadId: string,
		about: StoreErrorOptions,
		signal: AbortSignal | undefined,
	): Promise<ReadonlyMap<number, ListedPart> | undefined> {
		try {
			return await this.#server.parts(key, uploadId, about, signal);
		} catch (error) {
			// Not every server can tell, and not all credentials may ask. All is sent again then.
			if (error instanceof StoreError && !error.retryable) return undefined;
			throw error;
		}
	}

	/** What stays noted only because that fails is looked for the next time, and then found to be gone. */
	#forget(noted: NotedUpload): void {
		try {
			this.#record.ended(noted);
		} catch {
			// The upload has ended all the same, and whatever its call was for has succeeded or failed before.
		}
	}
}

function isAlike(noted: NotedUpload, plan: UploadPlan): boolean {
	return (
		noted.size === plan.size &&
		noted.digest === plan.digest &&
		noted.terms === plan.terms
	);
}

/** Whether the server may have begun an upload though it did not say so: unless it refused to, for a named reason. */
function mayHaveBegun(error: unknown): boolean {
	return (
		!(error instanceof StoreError) ||
		error.code === "unavailable" ||
		error.code === "unknown"
	);
}

function failureOf(error: unknown, about: StoreErrorOptions): StoreError {
	if (error instanceof StoreError) return error;
	const isLate = error instanceof Error && error.name === "TimeoutError";
	const reason = isLate ? "the server gave no answer in time" : String(error);
	return new StoreError("unavailable", reason, { ...about, cause: error });
}
