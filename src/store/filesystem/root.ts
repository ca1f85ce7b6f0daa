import { statSync } from "node:fs";
import { StoreError } from "../errors.ts";

/**
 * The directory that a store is in. When what was mounted there goes away, the mount point is left, and empty: only
 * its inode tells it from a store that holds nothing (I2).
 */
export class Root {
	/** Absolute; ends in "/". */
	readonly path: string;
	readonly #url: string;
	readonly #inode: number;

	/** `path` is that of a directory which exists. */
	constructor(path: string, url: string) {
		this.path = path.endsWith("/") ? path : `${path}/`;
		this.#url = url;
		this.#inode = statSync(path).ino;
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
