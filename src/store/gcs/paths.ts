import type { GcsLocation } from "./location.ts";

/** The paths of a bucket in the JSON API. Keys are given without the store's prefix. */
export class BucketPaths {
	readonly #objects: string;
	readonly #uploads: string;
	readonly #prefix: string;
	/** What every query ends with; "" for nothing. */
	readonly #payer: string;

	constructor({
		bucket,
		prefix,
		userProject,
	}: Pick<GcsLocation, "bucket" | "prefix" | "userProject">) {
		const path = `/storage/v1/b/${encodeURIComponent(bucket)}/o`;
		this.#objects = path;
		this.#uploads = `/upload${path}`;
		this.#prefix = prefix;
		this.#payer =
			userProject === undefined
				? ""
				: `userProject=${encodeURIComponent(userProject)}`;
	}

	/** The name by which the bucket holds an object. */
	name(key: string): string {
		return this.#prefix + key;
	}

	/** One object; the query is encoded, and may be "". */
	object(key: string, query: string): string {
		const name = encodeURIComponent(this.#prefix + key);
		return this.#with(`${this.#objects}/${name}`, query);
	}

	/** All objects; those parameters that are `undefined` are left out. */
	list(parameters: Readonly<Record<string, string | undefined>>): string {
		const query = Object.entries(parameters)
			.filter((parameter) => parameter[1] !== undefined)
			.map(([name, value = ""]) => `${name}=${encodeURIComponent(value)}`)
			.join("&");
		return this.#with(this.#objects, query);
	}

	/** Where objects are uploaded; the query is encoded. */
	upload(query: string): string {
		return this.#with(this.#uploads, query);
	}

	#with(path: string, query: string): string {
		const separator = query === "" || this.#payer === "" ? "" : "&";
		const whole = `${query}${separator}${this.#payer}`;
		return whole === "" ? path : `${path}?${whole}`;
	}
}
