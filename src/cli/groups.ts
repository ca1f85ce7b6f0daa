import { REPOSITORIES_PREFIX } from "../layout/paths.ts";

/** Alike things that happened to many objects. */
export interface Group {
	/** What happened, for programs. */
	readonly code: string;
	/** What happened, as a clause. */
	readonly cause: string;
	/** Where: the leading part of the keys that they share; "" when they have nothing in common. */
	readonly prefix: string;
	readonly count: number;
	/** The first of the keys. */
	readonly example: string;
	/** What the user can do about it. */
	readonly suggestions: readonly string[];
}

/** What happened to one object. */
export type Occurrence = Pick<Group, "code" | "cause" | "suggestions">;

/** Most groups by cause and prefix, and again by cause alone; what comes after is counted as one. */
const MAX_GROUPS = 100;

/** Where the causes differ too much to be told apart. */
const OTHER: Occurrence = {
	code: "other",
	cause: "other causes",
	suggestions: [],
};

/** Counts what happened to objects by cause and prefix, in memory that does not grow with their number (I8). */
export class Groups {
	readonly #groups = new Map<
		string,
		{ -readonly [Name in keyof Group]: Group[Name] }
	>();

	add(occurrence: Occurrence, key: string): void {
		this.#count(occurrence, prefixOf(key), key, MAX_GROUPS) ||
			this.#count(occurrence, "", key, 2 * MAX_GROUPS) ||
			this.#count(OTHER, "", key, Number.POSITIVE_INFINITY);
	}

	/** The largest first. */
	list(): readonly Group[] {
		return [...this.#groups.values()].sort(
			(left, right) => right.count - left.count,
		);
	}

	/** False when it would be a new group, and there are as many as may be. */
	#count(
		{ code, cause, suggestions }: Occurrence,
		prefix: string,
		key: string,
		most: number,
	): boolean {
		const id = `${code}\0${cause}\0${prefix}`;
		const group = this.#groups.get(id);
		if (group !== undefined) group.count++;
		else if (this.#groups.size < most)
			this.#groups.set(id, {
				code,
				cause,
				prefix,
				count: 1,
				example: key,
				suggestions,
			});
		else return false;
		return true;
	}
}

/** The namespace for what is a repository's, else the part of the tree. */
function prefixOf(key: string): string {
	const depth = key.startsWith(REPOSITORIES_PREFIX) ? 5 : 4;
	const directories = key.split("/").slice(0, -1).slice(0, depth);
	return directories.map((name) => `${name}/`).join("");
}
