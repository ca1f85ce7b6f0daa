import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	realpathSync,
	rmdirSync,
	statSync,
	unlinkSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { StoreError, type StoreErrorCode } from "../errors.ts";
import { keyProblem } from "../key.ts";
import type {
	Body,
	Call,
	Capabilities,
	GetOptions,
	ListOptions,
	ObjectMeta,
	ObjectReader,
	ObjectStore,
	Page,
	PutOptions,
} from "../object-store.ts";
import { rangeProblem } from "../range.ts";
import { errno, fromFilesystem } from "./errors.ts";
import { metaOf } from "./meta.ts";
import { FileReader } from "./reader.ts";
import { Root } from "./root.ts";
import { Walk } from "./walk.ts";
import { writeFile } from "./write.ts";

/** Not to wait for a writer when what is opened turns out to be a pipe. */
const READ = constants.O_RDONLY | constants.O_NONBLOCK;

/** How long listings keep the event loop from its other work (ms). */
const TURN_MS = 5;

/**
 * A directory as a store: the key is the path below it. Calls are synchronous inside, since for the many small files
 * of a registry an asynchronous call costs more than the work; only the bodies of large files are read and written
 * asynchronously.
 */
export class FilesystemStore implements ObjectStore {
	readonly url: string;
	readonly identity: string;
	readonly can: Capabilities = {
		putIfAbsent: true,
		putIfVersion: false,
		multipartThreshold: undefined,
	};
	readonly #root: Root;
	#turnEnds = 0;

	/** `root` is an absolute path of a directory that exists. */
	constructor(root: string) {
		this.url = pathToFileURL(root).href;
		this.#root = new Root(root, this.url);
		this.identity = `${pathToFileURL(realpathSync(root)).href}/`;
	}

	address(key: string): string {
		return join(this.#root.path, key);
	}

	async head(key: string, call?: Call): Promise<ObjectMeta | undefined> {
		call?.signal?.throwIfAborted();
		try {
			const stats = statSync(this.#path("head", key), {
				throwIfNoEntry: false,
			});
			if (stats?.isFile()) return metaOf(key, stats);
		} catch (error) {
			const failure = this.#error("head", key, error);
			if (failure.code !== "not-found") throw failure;
		}
		// An absent object below a root that is itself gone is unknown, not absent (I2).
		this.#root.check("head", key);
		return undefined;
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		options.signal?.throwIfAborted();
		let descriptor: number;
		try {
			descriptor = openSync(this.#path("get", key), READ);
		} catch (error) {
			const failure = this.#error("get", key, error);
			if (failure.code === "not-found") this.#root.check("get", key);
			throw failure;
		}
		try {
			const stats = fstatSync(descriptor);
			if (!stats.isFile())
				throw this.#refusal(
					"not-found",
					"what is there is not a file",
					"get",
					key,
				);
			const problem = rangeProblem(options, stats.size);
			if (problem !== undefined)
				throw this.#refusal("unsupported", problem, "get", key);
			return new FileReader(
				descriptor,
				metaOf(key, stats),
				{ store: this.url, operation: "get", key },
				options,
			);
		} catch (error) {
			closeSync(descriptor);
			throw this.#error("get", key, error);
		}
	}

	async put(
		key: string,
		body: Uint8Array | Body,
		options: PutOptions = {},
	): Promise<ObjectMeta> {
		if (options.only !== undefined && options.only !== "absent") {
			throw this.#refusal(
				"unsupported",
				"a file system cannot replace a version atomically",
				"put",
				key,
			);
		}
		const path = this.#path("put", key);
		this.#root.check("put", key);
		try {
			return metaOf(
				key,
				await writeFile(
					path,
					body,
					{ store: this.url, operation: "put", key },
					options,
				),
			);
		} catch (error) {
			if (options.signal?.aborted && error === options.signal.reason)
				throw error;
			throw this.#error("put", key, error);
		}
	}

	async delete(
		keys: readonly string[],
		call?: Call,
	): Promise<ReadonlyMap<string, StoreError>> {
		const failures = new Map<string, StoreError>();
		const emptied = new Set<string>();
		try {
			for (const key of keys) {
				call?.signal?.throwIfAborted();
				try {
					const path = this.#path("delete", key);
					unlinkSync(path);
					emptied.add(dirname(path));
				} catch (error) {
					const failure = this.#error("delete", key, error);
					// A directory is no object.
					if (failure.code === "not-found" || errno(error) === "EISDIR")
						this.#root.check("delete", key);
					else failures.set(key, failure);
				}
			}
		} finally {
			for (const directory of emptied) this.#removeEmpty(directory);
		}
		return failures;
	}

	async *list(options: ListOptions): AsyncGenerator<Page> {
		for (const page of new Walk(this.#root, this.url, options).pages()) {
			options.signal?.throwIfAborted();
			yield page;
			await this.#giveWay();
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {}

	/** A walk is synchronous: timers, sockets and Ctrl-C have their turn now and then, also between many short listings. */
	async #giveWay(): Promise<void> {
		if (performance.now() < this.#turnEnds) return;
		await setImmediate();
		this.#turnEnds = performance.now() + TURN_MS;
	}

	#path(operation: string, key: string): string {
		const problem = keyProblem(key);
		if (problem !== undefined)
			throw this.#refusal("unsupported", problem, operation, key);
		return join(this.#root.path, key);
	}

	/** Objects have no directories: one that holds nothing any more goes with its last object, and so do those above. */
	#removeEmpty(directory: string): void {
		for (
			let empty = directory;
			empty.length >= this.#root.path.length;
			empty = dirname(empty)
		) {
			try {
				rmdirSync(empty);
			} catch {
				// It holds something, or is a mount point or a link: the object is deleted all the same.
				return;
			}
		}
	}

	#refusal(
		code: StoreErrorCode,
		reason: string,
		operation: string,
		key: string,
	): StoreError {
		return new StoreError(code, reason, { store: this.url, operation, key });
	}

	#error(operation: string, key: string, error: unknown): StoreError {
		return fromFilesystem(error, { store: this.url, operation, key });
	}
}
