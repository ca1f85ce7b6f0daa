import { statSync } from "node:fs";
import { StoreError } from "../errors.ts";
import { readMounts } from "./mounts.ts";

/** How old a reading of the mounts may be (ms): far less than anybody takes to mount and unmount. */
const MOUNTS_MAX_AGE_MS = 100;

/**
 * The directory that a store is in. When what was mounted there goes away, the mount point is left, and empty: only
 * its inode tells it from a store that holds nothing (I2).
 */
export class Root {
	/** Absolute; ends in "/". */
	readonly path: string;
	#mounts: string | undefined;
	#mountsUntil = 0;
	readonly #url: string;
	readonly #inode: number;

	/** `path` is that of a directory which exists. */
	constructor(path: string, url: string) {
		this.path = path.endsWith("/") ? path : `${path}/`;
		this.#url = url;
		this.#inode = statSync(path).ino;
	}

	/**
	 * What is mounted, as of a moment ago: a pass makes thousands of listings, and reading it for each would cost more
	 * than what it saves. `undefined` where it cannot be told.
	 */
	mounts(): string | undefined {
		const now = performance.now();
		if (now < this.#mountsUntil) return this.#mounts;
		this.#mountsUntil = now + MOUNTS_MAX_AGE_MS;
		this.#mounts = readMounts();
		return this.#mounts;
	}

	/** Throws `unavailable` when the directory is no longer there, or is another one. */
	check(operation: string, key: string): void {
		if (this.#isThere()) return;
		throw new StoreError(
			"unavailable",
			"the directory of the store is gone (is it mounted?)",
			{ store: this.#url, operation, key },
		);
	}

	#isThere(): boolean {
		try {
			return statSync(this.path).ino === this.#inode;
		} catch {
			// Whatever keeps it from being looked at, what it holds is unknown.
			return false;
		}
	}
}
