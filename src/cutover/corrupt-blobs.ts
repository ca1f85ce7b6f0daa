import { parseKey } from "../layout/paths.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { SyncEvent } from "../sync/events.ts";
import { provenVersion } from "../sync/same-content.ts";
import type { Call } from "./course/step.ts";

/** Most blobs that are looked at: of more, not all can have been corrupt all along. */
const MAX_BLOBS = 1000;

/**
 * Of what a dry run says it would copy, the blobs whose bytes are not what their names say. A pass would find that out, and
 * leave them; a dry run reads none.
 */
export class CorruptBlobs {
	readonly #keys: string[] = [];

	observe(event: SyncEvent): void {
		if (event.type === "copied" && event.kind === "blob")
			this.#keys.push(event.key);
	}

	/** How many there are. Reads all of them. */
	async count(source: ObjectStore, { signal }: Call): Promise<number> {
		if (this.#keys.length > MAX_BLOBS) return 0;
		let count = 0;
		for (const key of this.#keys) {
			const parsed = parseKey(key);
			if (parsed?.kind !== "blob") continue;
			const reading = { target: source, signal };
			const version = await provenVersion(reading, key, parsed.digest);
			if (version === undefined && (await source.head(key, { signal })))
				count++;
		}
		return count;
	}
}
