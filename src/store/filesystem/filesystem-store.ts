import {
	closeSync,
	existsSync,
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
import { errno, fromFilesystem } from "./errors.ts";
import { metaOf } from "./meta.ts";
import { FileReader } from "./reader.ts";
import { Walk } from "./walk.ts";
import { writeFile } from "./write.ts";

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
	readonly #root: string;

	/** `root` is an absolute path of a directory that exists. */
	constructor(root: string) {
		this.#root = root;
		this.url = pathToFileURL(root).href;
		this.identity = `${pathToFileURL(realpathSync(root)).href}/`;
	}

	address(key: string): string {
		return join(this.#root, key);
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
		this.#checkRoot("head", key);
		return undefined;
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		options.signal?.throwIfAborted();
		let descriptor: number;
		try {
			descriptor = openSync(this.#path("get", key), "r");
		} catch (error) {
			throw this.#error("get", key, error);
		}
		try {
			const stats = fstatSync(descriptor);
			if (!stats.isFile())
				throw this.#refusal(
					"not-found",
					"it is a directory, not an object",
					"get",
					key,
				);
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
		this.#checkRoot("put", key);
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
		for (const key of keys) {
			call?.signal?.throwIfAborted();
			try {
				const path = this.#path("delete", key);
				unlinkSync(path);
				this.#removeEmptyParents(path);
			} catch (error) {
				const failure = this.#error("delete", key, error);
				if (failure.code !== "not-found" || !existsSync(this.#root))
					failures.set(key, failure);
			}
		}
		return failures;
	}

	async *list(options: ListOptions): AsyncGenerator<Page> {
		for (const page of new Walk(this.#root, this.url, options).pages()) {
			options.signal?.throwIfAborted();
			yield page;
			// The walk is synchronous: let timers, sockets and Ctrl-C have their turn between pages.
			await setImmediate();
		}
	}

	async [Symbol.asyncDispose](): Promise<void> {}

	#path(operation: string, key: string): string {
		const problem = keyProblem(key);
		if (problem !== undefined)
			throw this.#refusal("unsupported", problem, operation, key);
		return join(this.#root, key);
	}

	/** Objects have no directories: one that holds nothing any more goes with its last object. */
	#removeEmptyParents(path: string): void {
		for (
			let directory = dirname(path);
			directory !== this.#root;
			directory = dirname(directory)
		) {
			try {
				rmdirSync(directory);
			} catch (error) {
				if (
					errno(error) === "ENOTEMPTY" ||
					errno(error) === "EEXIST" ||
					errno(error) === "ENOENT"
				)
					return;
				throw error;
			}
		}
	}

	/** An absent object below a root that is itself gone is unknown, not absent (I2). */
	#checkRoot(operation: string, key: string): void {
		if (!existsSync(this.#root)) {
			throw this.#refusal(
				"unavailable",
				"the directory of the store is gone (is it mounted?)",
				operation,
				key,
			);
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
