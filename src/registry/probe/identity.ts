/** What a tag is in the storage, and what the registry says of it. */
export type TagObservation = {
	readonly repository: string;
	readonly tag: string;
} & (
	| { readonly found: "same" }
	/** The storage held this before and after the registry said that. Digests, `algorithm:hex`. */
	| {
			readonly found: "different";
			readonly stored: string;
			readonly served: string;
	  }
	/** The registry has no such tag, and all that it needs is in the storage. */
	| { readonly found: "absent" }
	/** The registry has it, and the storage has not. */
	| { readonly found: "extra" }
	/** Nothing follows: it moved at each look, or is broken in the storage. */
	| { readonly found: "nothing" }
	/** The registry did not let us look. A clause. */
	| { readonly found: "refused"; readonly because: string }
);

/** What was seen of a registry and of the storage that it should serve. */
export interface IdentityObservations {
	readonly tags: readonly TagObservation[];
	/** Whether the registry has its metadata in a database, as far as it says. */
	readonly database: boolean | undefined;
	/** Whether the storage has no repository; then, whether the registry has one (`undefined`: it does not say). */
	readonly storageIsEmpty: boolean;
	readonly registryHasRepositories: boolean | undefined;
}

/** Whether a registry serves a storage. */
export interface Identity {
	readonly identity: "same" | "another" | "unknown";
	/** A clause. */
	readonly because: string;
	/** Sentences. */
	readonly suggestions: readonly string[];
}

/**
 * Decides whether a registry serves a storage. The first row that fits:
 *
 * | database | storage | registry         | tags                            | identity |
 * | -------- | ------- | ---------------- | ------------------------------- | -------- |
 * | yes      |         |                  |                                 | unknown: its tags are not in the storage |
 * |          | empty   | has repositories |                                 | another  |
 * |          | empty   |                  |                                 | unknown: nothing to tell by |
 * |          |         |                  | one is different, absent, extra | another: a copy, or an older state, differs so |
 * |          |         |                  | one is the same                 | same     |
 * |          |         |                  | one was refused                 | unknown  |
 * |          |         |                  | none                            | unknown: nothing to tell by |
 *
 * `same` says that it serves the same images. An exact copy that nobody has pushed to since does so too: only what exists
 * in one place alone could tell them apart, and into a source nothing is written (I3).
 */
export function judgeIdentity({
	tags,
	database,
	storageIsEmpty,
	registryHasRepositories,
}: IdentityObservations): Identity {
	if (database === true)
		return unknown(
			"its metadata are in a database, so that the storage does not say what it serves",
		);
	if (storageIsEmpty)
		return registryHasRepositories === true
			? another("it has repositories, and the storage has none")
			: unknown("the storage has no repository");
	for (const tag of tags) {
		const difference = differenceOf(tag);
		if (difference !== undefined) return another(difference);
	}
	const same = tags.filter(({ found }) => found === "same").length;
	if (same > 0)
		return {
			identity: "same",
			because: `${same === 1 ? "a tag names" : `${same} tags name`} what the storage says`,
			suggestions: [],
		};
	for (const tag of tags)
		if (tag.found === "refused")
			return unknown(`it does not let us look: ${tag.because}`, [
				"Give credentials that may pull from every repository.",
			]);
	return unknown("the storage has no tag to tell it by");
}

function differenceOf(tag: TagObservation): string | undefined {
	const name = `${tag.repository}:${tag.tag}`;
	switch (tag.found) {
		case "different":
			return `its ${name} is ${short(tag.served)}, and in the storage it is ${short(tag.stored)}`;
		case "absent":
			return `it has no ${name}, and the storage has`;
		case "extra":
			return `it has ${name}, and the storage has not`;
		case "same":
		case "nothing":
		case "refused":
			return undefined;
		default:
			return tag satisfies never;
	}
}

/** Enough of a digest to find it by. */
function short(digest: string): string {
	return digest.replace(/(:[0-9a-f]{12})[0-9a-f]+$/, "$1…");
}

function another(because: string): Identity {
	return {
		identity: "another",
		because,
		suggestions: [
			"Check that the URL is that of the registry on this storage, and the storage the one that its configuration names.",
		],
	};
}

function unknown(
	because: string,
	suggestions: readonly string[] = [],
): Identity {
	return { identity: "unknown", because, suggestions };
}
