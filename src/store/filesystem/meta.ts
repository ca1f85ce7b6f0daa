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

	constructor(key: string, stats: Stats) {
		this.key = key;
		this.size = stats.size;
		this.lastModified = stats.mtimeMs;
		this.#ctimeMs = stats.ctimeMs;
		this.#ino = stats.ino;
	}

	/** Size, mtime, ctime (both to a quarter of a microsecond, as a double holds them) and inode. */
	get version(): string {
		return `${this.size}-${this.lastModified}-${this.#ctimeMs}-${this.#ino}`;
	}
}

/** The metadata of the object that a file with these stats is. */
export function metaOf(key: string, stats: Stats): ObjectMeta {
	return new FileMeta(key, stats);
}
