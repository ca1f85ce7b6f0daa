import {
	closeSync,
	fstatSync,
	realpathSync,
	rmdirSync,
	type Stats,
	statSync,
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
import { mayBeThere } from "./absence.ts";
import { errno, fromFilesystem, isAbsence } from "./errors.ts";
import { deleteFile, openedStats, openFile } from "./file.ts";
import { metaOf } from "./meta.ts";
import { type Ownership, ownershipLike } from "./ownership.ts";
import { FileReader } from "./reader.ts";
import { Root, type RootOptions } from "./root.ts";
import { Walk } from "./walk.ts";
import { writeFile } from "./write.ts";

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
		waits: false,
		listsFromAnywhere: true,
	};
	readonly #root: Root;
	#turnEnds = 0;

	/** `root` is an absolute path of a directory that exists. */
	constructor(root: string, options: RootOptions = {}) {
		this.url = pathToFileURL(root).href;
		this.#root = new Root(root, this.url, options);
		this.identity = `${pathToFileURL(realpathSync(root)).href}/`;
	}

	address(key: string): string {
		return join(this.#root.path, key);
	}

	async head(key: string, call?: Call): Promise<ObjectMeta | undefined> {
		call?.signal?.throwIfAborted();
		const path = this.#path("head", key);
		return this.#found("head", key, () => {
			const stats = statSync(path, { throwIfNoEntry: false });
			if (stats?.isFile() !== true) return undefined;
			this.#root.confirm("head", key);
			return metaOf(
				key,
				this.#root.isLocalAt(path, stats.dev) ? stats : openedStats(path),
			);
		});
	}

	async get(key: string, options: GetOptions = {}): Promise<ObjectReader> {
		options.signal?.throwIfAborted();
		const path = this.#path("get", key);
		const descriptor = this.#found("get", key, () => openFile(path));
		if (descriptor === undefined)
			throw this.#refusal("not-found", "it does not exist", "get", key);
		try {
			this.#root.confirm("get", key);
			// Of the open file, so that these are not old on a network file system either: it asks the server at each open.
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
		try {
			return metaOf(
				key,
				await writeFile(
					path,
					body,
					{ store: this.url, operation: "put", key },
					options,
					this.#ownership(key),
				),
			);
		} catch (error) {
			if (options.signal?.aborted && error === options.signal.reason)
				throw error;
			// What was made for it is there no more: most likely the whole root is not.
			if (errno(error) === "ENOENT") this.#root.check("put", key);
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
				this.#root.check("delete", key);
				try {
					const path = this.#path("delete", key);
					if (this.#found("delete", key, () => deleteFile(path)) !== undefined)
						emptied.add(dirname(path));
				} catch (error) {
					failures.set(key, this.#error("delete", key, error));
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

	/** What `look` finds; `undefined` when it is absent. Throws where that cannot be known (I2). */
	#found<T>(
		operation: string,
		key: string,
		look: () => T | undefined,
	): T | undefined {
		const attempt = () => {
			try {
				return look();
			} catch (error) {
				if (isAbsence(error)) return undefined;
				throw this.#error(operation, key, error);
			}
		};
		const found = attempt();
		if (found !== undefined) return found;
		const about = { store: this.url, operation, key };
		try {
			return mayBeThere(this.#root, key, about) ? attempt() : undefined;
		} catch (error) {
			throw this.#error(operation, key, error);
		}
	}

	/**
	 * Like the nearest directory on the way to the object: what others have put beside it is theirs. One of root's is no
	 * example while there is another above it: a tool has left it there.
	 */
	#ownership(key: string): Ownership | undefined {
		const root = this.#root.check("put", key);
		if (process.geteuid?.() !== 0) return undefined;
		let nearest: Stats | undefined;
		for (const above of directoriesAbove(this.#root.path, key)) {
			if (above.uid !== 0) return ownershipLike(above, true);
			nearest ??= above;
		}
		return ownershipLike(root.uid === 0 ? (nearest ?? root) : root, true);
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

/** The directories on the way to a key that are there, the nearest first. */
function* directoriesAbove(root: string, key: string): Generator<Stats> {
	for (
		let slash = key.lastIndexOf("/");
		slash > 0;
		slash = key.lastIndexOf("/", slash - 1)
	) {
		const found = statSync(root + key.slice(0, slash), {
			throwIfNoEntry: false,
		});
		if (found?.isDirectory()) yield found;
	}
}
