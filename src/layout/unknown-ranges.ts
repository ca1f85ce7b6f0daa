/** Most ranges that are kept apart. */
const MAX_RANGES = 10_000;

/** Ranges of keys that could not be looked at: nothing in them is said to be there or gone (I2). */
export class UnknownRanges {
	readonly #maxRanges: number;
	#ranges = new Set<string>();

	/** Beyond `maxRanges` they are taken together as one that covers them all: too much is unknown, never too little. */
	constructor(maxRanges: number = MAX_RANGES) {
		this.#maxRanges = maxRanges;
	}

	/** A prefix that ends in "/", or a key; what could not be looked at there may also have been a directory. */
	add(prefix: string): void {
		this.#ranges.add(prefix.endsWith("/") ? prefix.slice(0, -1) : prefix);
		if (this.#ranges.size > this.#maxRanges)
			this.#ranges = new Set([commonDirectory(this.#ranges)]);
	}

	/** Whether the key lies in one of them. */
	covers(key: string): boolean {
		if (this.#ranges.size === 0) return false;
		if (this.#ranges.has("") || this.#ranges.has(key)) return true;
		for (
			let slash = key.indexOf("/");
			slash !== -1;
			slash = key.indexOf("/", slash + 1)
		)
			if (this.#ranges.has(key.slice(0, slash))) return true;
		return false;
	}
}

/** The longest directory, without its last "/", in which all of them lie; "" is everything. */
function commonDirectory(names: Iterable<string>): string {
	let common: readonly string[] | undefined;
	for (const name of names) {
		const components = name.split("/");
		const end = common?.findIndex((part, index) => part !== components[index]);
		if (common === undefined) common = components;
		else if (end !== -1) common = common.slice(0, end);
	}
	return common?.join("/") ?? "";
}
