import type { Stats } from "node:fs";
import type { ObjectMeta } from "../object-store.ts";

/** A file's metadata as an object's. The version is spelled out only when it is asked for: most are not. */
class FileMeta implements ObjectMeta {
	readonly key: string;
	readonly size: number;
	readonly lastModified: number;
	readonly md5 = undefined;
	readonly #ctimeMs: number;
	readonly #ino: number;
	readonly #racyFrom: number;

	constructor(key: string, stats: Stats, racyFrom: number) {
		this.key = key;
		this.size = stats.size;
		this.lastModified = stats.mtimeMs;
		this.#ctimeMs = stats.ctimeMs;
		this.#ino = stats.ino;
		this.#racyFrom = racyFrom;
	}

	/**
	 * Size, mtime, ctime (both to a quarter of a microsecond, as a double holds them) and inode; "" when either time is
	 * so young that a change to come could bear the same.
	 */
	get version(): string {
		if (this.lastModified >= this.#racyFrom || this.#ctimeMs >= this.#racyFrom)
			return "";
		return `${this.size}-${this.lastModified}-${this.#ctimeMs}-${this.#ino}`;
	}
}

/**
 * The metadata of the object that a file with these stats is. Times from `racyFrom` on (ms since 1970) are too young to
 * tell versions apart; by default none is.
 */
export function metaOf(
	key: string,
	stats: Stats,
	racyFrom = Number.POSITIVE_INFINITY,
): ObjectMeta {
	return new FileMeta(key, stats, racyFrom);
}
