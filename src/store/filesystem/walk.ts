import { realpathSync, type Stats, statSync } from "node:fs";
import { StoreError, type StoreErrorOptions } from "../errors.ts";
import { compareKeys } from "../key.ts";
import {
	type ListOptions,
	type ObjectMeta,
	PAGE_SIZE,
	type Page,
	type Unreadable,
} from "../object-store.ts";
import { type DirectoryContent, isListed, readDirectory } from "./directory.ts";
import { errno, fromFilesystem } from "./errors.ts";
import { metaOf } from "./meta.ts";

/** One directory on the way from the root to where the walk is. */
interface Frame {
	/** Key prefix: "" for the root, else ending in "/". */
	readonly prefix: string;
	/** Where it really is, symbolic links resolved; to notice a cycle. */
	readonly realPath: string;
	readonly content: DirectoryContent;
	next: number;
}

/**
 * Walks a directory tree in the order of its keys and gathers pages of objects. It works synchronously inside: an
 * asynchronous stat costs many times a synchronous one, and the caller gets control back at every page.
 */
export class Walk {
	readonly #root: string;
	readonly #url: string;
	readonly #options: ListOptions;
	readonly #stack: Frame[] = [];
	#objects: ObjectMeta[] = [];
	#prefixes: string[] = [];
	#unreadable: Unreadable[] = [];

	constructor(root: string, url: string, options: ListOptions) {
		this.#root = root.endsWith("/") ? root : `${root}/`;
		this.#url = url;
		this.#options = options;
	}

	*pages(): Generator<Page> {
		const { prefix } = this.#options;
		const top = prefix.slice(0, prefix.lastIndexOf("/") + 1);
		const content = this.#readTop(top);
		if (content === undefined) return;
		this.#stack.push({
			prefix: top,
			realPath: realpathSync(this.#root + top),
			content,
			next: 0,
		});
		for (
			let frame = this.#stack.at(-1);
			frame !== undefined;
			frame = this.#stack.at(-1)
		) {
			const name = frame.content.names[frame.next++];
			if (name === undefined) this.#stack.pop();
			else this.#visit(frame, name);
			if (
				this.#objects.length +
					this.#prefixes.length +
					this.#unreadable.length >=
				PAGE_SIZE
			)
				yield this.#page();
		}
		if (
			this.#objects.length + this.#prefixes.length + this.#unreadable.length >
			0
		)
			yield this.#page();
	}

	#page(): Page {
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

	/** The directory where the listing starts; `undefined` when there is none, which is an empty listing. */
	#readTop(top: string): DirectoryContent | undefined {
		try {
			return this.#read(top);
		} catch (error) {
			const code = errno(error);
			const isAbsent = code === "ENOENT" || code === "ENOTDIR";
			// A root that is gone is a mount that went away, not an empty store (I2).
			if (
				isAbsent &&
				top !== "" &&
				statSync(this.#root, { throwIfNoEntry: false })?.isDirectory()
			)
				return undefined;
			throw fromFilesystem(error, this.#about(top));
		}
	}

	#visit(frame: Frame, name: string): void {
		const { prefix, startAfter, prune, leaf } = this.#options;
		const key = frame.prefix + name;
		if (!name.endsWith("/")) {
			if (
				key.startsWith(prefix) &&
				(startAfter === undefined || compareKeys(key, startAfter) > 0)
			)
				this.#add(key);
			return;
		}
		const isInside = key.startsWith(prefix);
		if (!isInside && !prefix.startsWith(key)) return;
		// Everything below sorts before `startAfter` unless the one is a prefix of the other or the key is greater.
		if (
			startAfter !== undefined &&
			compareKeys(key, startAfter) < 0 &&
			!startAfter.startsWith(key)
		)
			return;
		if (isInside && key.length > prefix.length && prune?.(key) === true) {
			this.#prefixes.push(key);
			return;
		}
		const leafName = startAfter === undefined ? leaf?.(key) : undefined;
		if (leafName !== undefined && this.#addLeaf(key + leafName)) return;
		this.#enter(frame, name);
	}

	#add(key: string): void {
		try {
			const stats = statSync(this.#root + key, { throwIfNoEntry: false });
			if (stats !== undefined) this.#addStats(key, stats);
			else if (isListed(this.#root, key))
				this.#report(
					key,
					"not-found",
					"it is a symbolic link that leads nowhere",
				);
		} catch (error) {
			this.#fail(key, error);
		}
	}

	#addStats(key: string, stats: Stats): void {
		if (stats.isFile()) this.#objects.push(metaOf(key, stats));
		else if (!stats.isDirectory())
			this.#report(key, "unsupported", "it is neither a file nor a directory");
	}

	/** Looks for the one object that a leaf prefix holds; false when it is not there, and the prefix must be listed. */
	#addLeaf(key: string): boolean {
		try {
			const stats = statSync(this.#root + key, { throwIfNoEntry: false });
			if (stats === undefined || !stats.isFile()) return false;
			this.#objects.push(metaOf(key, stats));
			return true;
		} catch (error) {
			this.#fail(key, error);
			return true;
		}
	}

	#enter(parent: Frame, name: string): void {
		const prefix = parent.prefix + name;
		try {
			const content = this.#read(prefix);
			let realPath = `${parent.realPath}/${name.slice(0, -1)}`;
			if (parent.content.links.has(name)) {
				realPath = realpathSync(this.#root + prefix);
				if (this.#stack.some((frame) => frame.realPath === realPath)) {
					this.#report(
						prefix,
						"unsupported",
						"it is a symbolic link to a directory that it lies in (a cycle)",
					);
					return;
				}
			}
			this.#stack.push({ prefix, realPath, content, next: 0 });
		} catch (error) {
			// Gone since its parent was read: absent, if the parent, read again, says so too (I2).
			if (
				errno(error) === "ENOENT" &&
				!isListed(this.#root, prefix.slice(0, -1))
			)
				return;
			this.#fail(prefix, error);
		}
	}

	/** What a directory holds. Names that are not valid UTF-8 are reported. */
	#read(prefix: string): DirectoryContent {
		const content = readDirectory(this.#root + prefix);
		for (const name of content.invalid) {
			const error = new StoreError(
				"unsupported",
				"its name is not valid UTF-8",
				{
					...this.#about(prefix + name),
					suggestions: [
						"No registry writes such a name: look what it is, then move it out of the registry's directory.",
					],
				},
			);
			this.#unreadable.push({ prefix: prefix + name, error });
		}
		return content;
	}

	#fail(key: string, error: unknown): void {
		this.#unreadable.push({
			prefix: key,
			error: fromFilesystem(error, this.#about(key)),
		});
	}

	#report(
		key: string,
		code: "not-found" | "unsupported",
		reason: string,
	): void {
		this.#unreadable.push({
			prefix: key,
			error: new StoreError(code, reason, this.#about(key)),
		});
	}

	#about(key: string): StoreErrorOptions {
		return { store: this.#url, operation: "list", key };
	}
}
