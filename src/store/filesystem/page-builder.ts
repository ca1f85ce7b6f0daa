import { StoreError, type StoreErrorCode } from "../errors.ts";
import {
	type ObjectMeta,
	PAGE_SIZE,
	type Page,
	type Unreadable,
} from "../object-store.ts";
import { fromFilesystem } from "./errors.ts";

/** Gathers what a walk finds into pages. */
export class PageBuilder {
	readonly #url: string;
	#objects: ObjectMeta[] = [];
	#prefixes: string[] = [];
	#unreadable: Unreadable[] = [];

	/** `url`: the store's, for messages. */
	constructor(url: string) {
		this.#url = url;
	}

	get isFull(): boolean {
		return this.#size >= PAGE_SIZE;
	}

	/** The page, and begins the next one. */
	take(): Page {
		const page = {
			objects: this.#objects,
			prefixes: this.#prefixes,
			unreadable: this.#unreadable,
		};
		this.#objects = [];
		this.#prefixes = [];
		this.#unreadable = [];
		return page;
	}

	object(meta: ObjectMeta): void {
		this.#objects.push(meta);
	}

	prefix(prefix: string): void {
		this.#prefixes.push(prefix);
	}

	/** A key or prefix that could not be looked at because of an error of the file system. */
	failed(key: string, error: unknown): void {
		this.#unreadable.push({
			prefix: key,
			error: fromFilesystem(error, this.#about(key)),
		});
	}

	/** A key or prefix that is no object, and nothing that holds objects. */
	refused(
		key: string,
		code: StoreErrorCode,
		reason: string,
		suggestions: readonly string[] = [],
	): void {
		const error = new StoreError(code, reason, {
			...this.#about(key),
			suggestions,
		});
		this.#unreadable.push({ prefix: key, error });
	}

	get #size(): number {
		return (
			this.#objects.length + this.#prefixes.length + this.#unreadable.length
		);
	}

	#about(key: string) {
		return { store: this.#url, operation: "list", key };
	}
}
