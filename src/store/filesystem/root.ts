import { type Stats, statSync } from "node:fs";
import { StoreError } from "../errors.ts";
import { isLocal } from "./locality.ts";
import { readMounts } from "./mounts.ts";

/** How old a reading of the mounts may be (ms): far less than anybody takes to mount and unmount. */
const MOUNTS_MAX_AGE_MS = 100;

/** How long the directory counts as the same (ms) for what was found in it. */
const CONFIRMED_MS = 5;

/** What can be told apart of a root. */
export interface RootOptions {
	/** Whether a path is on a file system of which this machine keeps the attributes; default by its type. */
	readonly isLocal?: ((path: string) => boolean) | undefined;
	/** As `OpenOptions.takenAfterMs`. */
	readonly takenAfterMs?: number | undefined;
}

/**
 * The directory that a store is in, pinned by its device and inode when it is opened. When what was mounted there goes
 * away, the mount point is left, and empty; something else may be mounted. Only this tells them from the store (I2).
 */
export class Root {
	/** Absolute; ends in "/". */
	readonly path: string;
	/** As `OpenOptions.takenAfterMs`. */
	readonly takenAfterMs: number | undefined;
	#mounts: string | undefined;
	#mountsUntil = 0;
	#confirmedUntil = 0;
	readonly #url: string;
	readonly #device: number;
	readonly #inode: number;
	readonly #isLocal: (path: string) => boolean;
	/** By device. */
	readonly #localities = new Map<number, boolean>();

	/** `path` is that of a directory which exists. */
	constructor(path: string, url: string, options: RootOptions = {}) {
		this.path = path.endsWith("/") ? path : `${path}/`;
		this.#url = url;
		const { dev, ino } = statSync(path);
		this.#device = dev;
		this.#inode = ino;
		this.#isLocal = options.isLocal ?? isLocal;
		this.takenAfterMs = options.takenAfterMs;
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

	/** Gives the directory's stats; throws `unavailable` when it is no longer there, or is another one. */
	check(operation: string, key: string): Stats {
		try {
			const stats = statSync(this.path);
			if (stats.ino === this.#inode && stats.dev === this.#device) return stats;
		} catch {
			// Whatever keeps it from being looked at, what it holds is unknown.
		}
		throw new StoreError(
			"unavailable",
			"the directory of the store is gone, or another one is in its place (is it mounted?)",
			{ store: this.#url, operation, key },
		);
	}

	/**
	 * The same, as of a moment ago, for what has been found in it: to ask each time would make reading a link cost a
	 * quarter more. What has not been found needs `check`.
	 */
	confirm(operation: string, key: string): void {
		const now = performance.now();
		if (now < this.#confirmedUntil) return;
		this.check(operation, key);
		this.#confirmedUntil = now + CONFIRMED_MS;
	}

	/** Whether what lies at a path, on this device, has attributes that are never old. */
	isLocalAt(path: string, device: number): boolean {
		const known = this.#localities.get(device);
		if (known !== undefined) return known;
		const found = this.#isLocal(path);
		this.#localities.set(device, found);
		return found;
	}
}
