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
	readonly #canTell: boolean;

	constructor(key: string, stats: Stats, canTell: boolean) {
		this.key = key;
		this.size = stats.size;
		this.lastModified = stats.mtimeMs;
		this.#ctimeMs = stats.ctimeMs;
		this.#ino = stats.ino;
		this.#canTell = canTell;
	}

	/** Size, mtime, ctime (both to a quarter of a microsecond, as a double holds them) and inode. */
	get version(): string {
		if (!this.#canTell) return "";
		return `${this.size}-${this.lastModified}-${this.#ctimeMs}-${this.#ino}`;
	}
}

/** The metadata of the object that a file with these stats is. */
export function metaOf(key: string, stats: Stats): ObjectMeta {
	return new FileMeta(key, stats, true);
}

/**
 * How long after a change (ms) another one may leave the same time stamps: the kernel moves its clock for them in ticks
 * of up to 10 ms, and may itself be set back a little.
 */
const RACY_MS = 2000;

/** When stamps that are not racy were last moved (milliseconds since 1970), for what is looked at from now on. */
export function settledBefore(now: number = Date.now()): number {
	return now - RACY_MS;
}

/**
 * The same for a snapshot (ms), of which it is known only that it was taken later than a certain time. A file that was
 * changed before may have been changed again after the snapshot, in the same tick; and where the snapshot is like a power cut,
 * what it holds may be older than its time stamps: Linux writes data back within half a minute.
 * Source: Linux, Documentation/admin-guide/sysctl/vm.rst, dirty_expire_centisecs (30 s).
 */
const SNAPSHOT_RACY_MS = 60_000;

/** When stamps of a snapshot that are not racy were last moved (milliseconds since 1970). */
export function settledInSnapshot(takenAfterMs: number): number {
	return Math.min(settledBefore(), takenAfterMs - SNAPSHOT_RACY_MS);
}

/**
 * The same, for who compares versions from one listing to the next, and takes what is equal for unchanged.
 *
 * | its attributes                        | version |
 * | ------------------------------------- | ------- |
 * | are this machine's own, and settled   | as told |
 * | changed a moment ago, or in the future | ""     |
 * | are another machine's, and can be old | ""      |
 */
export function listedMetaOf(
	key: string,
	stats: Stats,
	{
		isLocal,
		settledBeforeMs,
	}: { readonly isLocal: boolean; readonly settledBeforeMs: number },
): ObjectMeta {
	return new FileMeta(key, stats, isLocal && stats.ctimeMs < settledBeforeMs);
}
