import { realpathSync, statSync } from "node:fs";
import { isListed } from "./directory.ts";
import { areMountsChanged, readMounts } from "./mounts.ts";
import type { Root } from "./root.ts";

/** A directory on the way from the root to where a walk is. */
export interface WayPoint {
	/** Key prefix: "" for the root, else ending in "/". */
	readonly prefix: string;
	/** The file system it lies on, where the mounts do not tell that it was exchanged meanwhile. */
	readonly device: number | undefined;
}

/**
 * Tells, during a walk, whether what a directory has just named is absent now, or only out of reach. It is made before
 * anything is read, from what was mounted then; so that directories need not be asked one by one, which costs a fifth
 * more.
 */
export class Vanishing {
	readonly #root: Root;
	readonly #mounts: string | undefined;

	constructor(root: Root) {
		this.#root = root;
		this.#mounts = root.mounts();
	}

	/** The device to note of a directory: what a symbolic link leads to can change without a mount. */
	deviceOf(path: string, isLink: boolean): number | undefined {
		return isLink || this.#mounts === undefined
			? statSync(path).dev
			: undefined;
	}

	/**
	 * Whether a name that its directory held a moment ago is absent now: if the directory, read again, says so, and
	 * nothing on the way to it was unmounted (I2). Throws when the root was.
	 */
	isAbsent(key: string, way: readonly WayPoint[]): boolean {
		this.#root.check("list", key);
		if (isListed(this.#root.path, key)) return false;
		const isElsewhere = way.some(
			({ prefix, device }) =>
				device !== undefined && isExchanged(this.#root.path + prefix, device),
		);
		return !isElsewhere && !this.#isUnmounted(way);
	}

	/** Whether anything on the way was mounted or unmounted since the walk began. */
	#isUnmounted(way: readonly WayPoint[]): boolean {
		if (this.#mounts === undefined) return false;
		const now = readMounts();
		if (now === this.#mounts) return false;
		return (
			now === undefined ||
			areMountsChanged(this.#mounts, now, this.#realPaths(way))
		);
	}

	/** Where the root and the symbolic links on the way lead. */
	#realPaths(way: readonly WayPoint[]): readonly string[] {
		const links = way.filter(({ device }) => device !== undefined);
		const prefixes = ["", ...links.map(({ prefix }) => prefix)];
		return prefixes.flatMap((prefix) => {
			try {
				return [realpathSync(this.#root.path + prefix)];
			} catch {
				// `isExchanged` has looked at it already, by its device.
				return [];
			}
		});
	}
}

/** Whether a directory is now on another file system; one that is gone is not. Unknown counts as yes (I2). */
function isExchanged(path: string, device: number): boolean {
	try {
		const stats = statSync(path, { throwIfNoEntry: false });
		return stats !== undefined && stats.dev !== device;
	} catch {
		return true;
	}
}
