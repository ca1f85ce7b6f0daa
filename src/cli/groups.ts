import { REPOSITORIES_PREFIX } from "../layout/paths.ts";

/** Alike things that happened to many objects. */
export interface Group {
	/** What happened. */
	readonly cause: string;
	/** Where: the leading part of the keys that they share. */
	readonly prefix: string;
	readonly count: number;
	/** The first of the keys. */
	readonly example: string;
}

/** Most groups that are told apart; what comes after is counted under its cause alone. */
const MAX_GROUPS = 100;

/** Counts what happened to objects by cause and prefix, in memory that does not grow with their number (I8). */
export class Groups {
	readonly #groups = new Map<
		string,
		{ cause: string; prefix: string; count: number; example: string }
	>();

	add(cause: string, key: string): void {
		const prefix = this.#groups.size < MAX_GROUPS ? prefixOf(key) : "";
		const id = `${cause}\0${prefix}`;
		const group = this.#groups.get(id);
		if (group === undefined)
			this.#groups.set(id, { cause, prefix, count: 1, example: key });
		else group.count++;
	}

	/** The largest first. */
	list(): readonly Group[] {
		return [...this.#groups.values()].sort(
			(left, right) => right.count - left.count,
		);
	}
}

/** The namespace for what is a repository's, else the part of the tree. */
function prefixOf(key: string): string {
	if (key.startsWith(REPOSITORIES_PREFIX)) {
		const slash = key.indexOf("/", REPOSITORIES_PREFIX.length);
		return slash === -1 ? REPOSITORIES_PREFIX : key.slice(0, slash + 1);
	}
	return key.split("/").slice(0, 4).join("/");
}
