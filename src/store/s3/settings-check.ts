import { StoreError, type StoreErrorOptions } from "../errors.ts";
import type { ResponseHeaders } from "../http/exchange.ts";
import type { ObjectSettings } from "./object-settings.ts";

/**
 * Whether a server does what a URL asks of it for each object. Some ignore headers that they do not know: a registry
 * that was to be encrypted would lie there in the clear. The first object that is put tells.
 */
export class SettingsCheck {
	readonly #settings: ObjectSettings;
	#isDone: boolean;
	#problem: string | undefined;

	constructor(settings: ObjectSettings) {
		const { encryption, storageClass } = settings;
		this.#settings = settings;
		this.#isDone = encryption === undefined && storageClass === undefined;
	}

	/** Throws when an earlier object has shown that the server ignores what is asked. */
	before(about: StoreErrorOptions): void {
		if (this.#problem !== undefined) throw refusal(this.#problem, about);
	}

	/** Looks, once, at the headers of an object that was put. Rejects with `unsupported` when it does not lie as asked. */
	async after(
		head: () => Promise<ResponseHeaders>,
		about: StoreErrorOptions,
	): Promise<void> {
		if (this.#isDone) return;
		const problem = problemOf(this.#settings, await head());
		if (problem !== undefined) {
			this.#problem = problem;
			throw refusal(problem, about);
		}
		this.#isDone = true;
	}
}

/** What an object's headers say against the settings; of a storage class, S3 itself names none that is STANDARD. */
function problemOf(
	{ encryption, storageClass }: ObjectSettings,
	headers: ResponseHeaders,
): string | undefined {
	const isEncrypted =
		encryption === undefined ||
		headers["x-amz-server-side-encryption"] === encryption;
	if (!isEncrypted) return "the server ignores the option sse";
	const found = headers["x-amz-storage-class"] ?? "STANDARD";
	return storageClass === undefined || found === storageClass
		? undefined
		: "the server ignores the option storage-class";
}

function refusal(problem: string, about: StoreErrorOptions): StoreError {
	return new StoreError("unsupported", problem, {
		...about,
		suggestions: ["Leave the option out, or name a server that honours it."],
	});
}
