import { lstatSync, realpathSync, type Stats, statSync } from "node:fs";
import { compareKeys, keyProblem } from "../key.ts";
import type { ListOptions, Page } from "../object-store.ts";
import { mayBeThere } from "./absence.ts";
import { type DirectoryContent, NO_LINKS, readDirectory } from "./directory.ts";
import { errno, fromFilesystem, isAbsence } from "./errors.ts";
import { listedMetaOf, settledBefore, settledInSnapshot } from "./meta.ts";
import { PageBuilder } from "./page-builder.ts";
import type { Root } from "./root.ts";
import { Vanishing, type WayPoint } from "./vanishing.ts";

/** One directory on the way from the root to where the walk is. */
interface Frame extends WayPoint {
	readonly content: DirectoryContent;
	next: number;
}

/**
 * Walks a directory tree in the order of its keys and gathers pages of objects. It works synchronously inside: an
 * asynchronous stat costs many times a synchronous one, and the caller gets control back at every page.
 */
export class Walk {
	readonly #root: Root;
	readonly #url: string;
	readonly #options: ListOptions;
	readonly #stack: Frame[] = [];
	readonly #page: PageBuilder;
	readonly #vanishing: Vanishing;
	readonly #settledBeforeMs: number;

	constructor(root: Root, url: string, options: ListOptions) {
		this.#root = root;
		const { takenAfterMs } = root;
		this.#settledBeforeMs =
			takenAfterMs === undefined
				? settledBefore()
				: settledInSnapshot(takenAfterMs);
		this.#vanishing = new Vanishing(root);
		this.#url = url;
		this.#options = options;
		this.#page = new PageBuilder(url);
	}

	*pages(): Generator<Page> {
		const top = this.#readTop();
		if (top !== undefined) this.#stack.push(top);
		for (
			let frame = this.#stack.at(-1);
			frame !== undefined;
			frame = this.#stack.at(-1)
		) {
			const name = frame.content.names[frame.next++];
			if (name === undefined) this.#stack.pop();
			else this.#visit(frame, name);
			if (this.#page.isFull) yield this.#take();
		}
		const last = this.#take();
		if (!isEmpty(last)) yield last;
	}

	/** What was found since the last page, where it was found in the place that the store was opened in (I2). */
	#take(): Page {
		this.#root.check("list", this.#options.prefix);
		return this.#page.take();
	}

	/** The directory where the listing starts; `undefined` when there is none, which is an empty listing. */
	#readTop(): Frame | undefined {
		const { prefix } = this.#options;
		const top = prefix.slice(0, prefix.lastIndexOf("/") + 1);
		// No file has a name with "//" or "../" in it, but a path that leads somewhere can.
		if (top !== "" && keyProblem(top.slice(0, -1)) !== undefined)
			return undefined;
		const about = { store: this.#url, operation: "list", key: top };
		try {
			return this.#frame(top);
		} catch (error) {
			this.#root.check("list", top);
			if (top === "" || !isAbsence(error)) throw fromFilesystem(error, about);
		}
		try {
			const isThere = mayBeThere(this.#root, top.slice(0, -1), about);
			return isThere ? this.#frame(top) : undefined;
		} catch (error) {
			if (!isAbsence(error)) this.#page.failed(top, error);
			return undefined;
		}
	}

	#visit(frame: Frame, name: string): void {
		const { prefix, startAfter, prune, isShallow, only } = this.#options;
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
		if (
			isInside &&
			key.length > prefix.length &&
			(isShallow === true || prune?.(key) === true)
		) {
			this.#page.prefix(key);
			return;
		}
		const names = startAfter === undefined ? only?.(key) : undefined;
		if (names !== undefined && this.#findOnly(key, names)) return;
		this.#enter(frame, name);
	}

	#add(key: string): void {
		let stats: Stats | undefined;
		try {
			stats = statSync(this.#root.path + key, { throwIfNoEntry: false });
		} catch (error) {
			this.#page.failed(key, error);
			return;
		}
		if (stats !== undefined) this.#addStats(key, stats);
		else if (!this.#isAbsent(key))
			this.#page.refused(
				key,
				"not-found",
				"its directory names it, but it cannot be found (is it a symbolic link that leads nowhere?)",
			);
	}

	#addStats(key: string, stats: Stats): void {
		if (stats.isFile()) this.#addFile(key, stats);
		else if (!stats.isDirectory())
			this.#page.refused(
				key,
				"unsupported",
				"it is neither a file nor a directory",
			);
	}

	#addFile(key: string, stats: Stats): void {
		const isLocal = this.#root.isLocalAt(this.#root.path + key, stats.dev);
		const settledBeforeMs = this.#settledBeforeMs;
		this.#page.object(listedMetaOf(key, stats, { isLocal, settledBeforeMs }));
	}

	/**
	 * Looks for the only names that matter in a directory; false when none of them is there, or one is a symbolic link to
	 * a directory, and the directory must be read. What is found is visited as if it held nothing else.
	 */
	#findOnly(prefix: string, names: readonly string[]): boolean {
		const directories: string[] = [];
		let isFound = false;
		for (const name of names) {
			const key = prefix + name;
			try {
				if (!name.endsWith("/")) isFound = this.#addLeaf(key) || isFound;
				else if (this.#isDirectory(key)) directories.push(name);
			} catch (error) {
				this.#page.failed(key, error);
				isFound = true;
			}
		}
		if (directories.length > 0)
			this.#stack.push({
				prefix,
				device: undefined,
				content: { names: directories, links: NO_LINKS, invalid: [] },
				next: 0,
			});
		return isFound || directories.length > 0;
	}

	/** Adds an object that is there by its whole name; false when it is not. */
	#addLeaf(key: string): boolean {
		const path = this.#root.path + key;
		const stats = statSync(path, { throwIfNoEntry: false });
		if (stats === undefined || !stats.isFile()) return false;
		this.#addFile(key, stats);
		return true;
	}

	/** Whether a directory is there by this name, which is no symbolic link: those are followed with care, by `#enter`. */
	#isDirectory(prefix: string): boolean {
		const path = this.#root.path + prefix.slice(0, -1);
		return lstatSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
	}

	#enter(parent: Frame, name: string): void {
		const prefix = parent.prefix + name;
		try {
			if (parent.content.links.has(name) && this.#isCycle(prefix)) {
				this.#page.refused(
					prefix,
					"unsupported",
					"it is a symbolic link to a directory that it lies in (a cycle)",
				);
				return;
			}
			this.#stack.push(this.#frame(prefix));
		} catch (error) {
			if (errno(error) === "ENOENT" && this.#isAbsent(prefix.slice(0, -1)))
				return;
			this.#page.failed(prefix, error);
		}
	}

	/** Whether a symbolic link leads to a directory on the way to itself. Each cycle has such a link in it. */
	#isCycle(prefix: string): boolean {
		const real = realpathSync(this.#root.path + prefix);
		return this.#stack.some(
			(frame) => realpathSync(this.#root.path + frame.prefix) === real,
		);
	}

	#frame(prefix: string): Frame {
		const path = this.#root.path + prefix;
		const parent = this.#stack.at(-1);
		const isLink =
			parent?.content.links.has(prefix.slice(parent.prefix.length)) === true;
		const device = this.#vanishing.deviceOf(path, isLink);
		const content = readDirectory(path);
		for (const name of content.invalid) {
			if (!this.#isAskedFor(prefix + name)) continue;
			this.#page.refused(
				prefix + name,
				"unsupported",
				"its name is not valid UTF-8",
				[
					"No registry writes such a name: look what it is, then move it out of the registry's directory.",
				],
			);
		}
		return { prefix, device, content, next: 0 };
	}

	/** Whether a name that cannot be shown whole may be within the listing; where that is unknown, it is. */
	#isAskedFor(name: string): boolean {
		const { prefix, startAfter } = this.#options;
		const sure = name.slice(0, name.indexOf("\uFFFD"));
		return (
			(sure.startsWith(prefix) || prefix.startsWith(sure)) &&
			(startAfter === undefined ||
				startAfter.startsWith(sure) ||
				compareKeys(sure, startAfter) > 0)
		);
	}

	/** Whether a name that its directory held a moment ago is absent now, and not only out of reach (I2). */
	#isAbsent(key: string): boolean {
		return this.#vanishing.isAbsent(key, this.#stack);
	}
}

function isEmpty({ objects, prefixes, unreadable }: Page): boolean {
	return objects.length + prefixes.length + unreadable.length === 0;
}
