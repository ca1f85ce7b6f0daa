import { MAX_LINK_BYTES, parseDigest } from "../layout/digest.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { wait } from "../store/wait.ts";

/** What a link was found to hold. */
export type LinkRead =
	| { readonly type: "digest"; readonly content: string }
	/** No digest, also when read again; `found` says what instead, as a clause. */
	| { readonly type: "malformed"; readonly found: string }
	| { readonly type: "vanished" }
	| { readonly type: "unreadable"; readonly error: StoreError };

/**
 * Older registries write links in place, so one that is just being written reads short or empty. It is read again
 * after these waits (ms) before it counts as malformed: a write of 71 bytes takes far less, a busy disk included.
 */
const WAITS_MS = [5, 20, 75];

/** Reads a link's content. Never rejects, but when cancelled. */
export async function readLink(
	store: ObjectStore,
	key: string,
	signal?: AbortSignal,
): Promise<LinkRead> {
	for (let attempt = 0; ; attempt++) {
		const read = await readOnce(store, key, signal);
		const waitMs = read.type === "malformed" ? WAITS_MS[attempt] : undefined;
		if (waitMs === undefined) return read;
		await wait(waitMs, signal);
	}
}

async function readOnce(
	store: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<LinkRead> {
	try {
		// Not `await using`: this runs once per link, and the reader of a small file is closed for less.
		const reader = await store.get(key, { signal });
		try {
			if (reader.meta.size > MAX_LINK_BYTES)
				return malformed(
					`it has ${reader.meta.size} bytes, too many for a link`,
				);
			const bytes = await reader.bytes(MAX_LINK_BYTES);
			const content = Buffer.from(bytes).toString("latin1");
			if (parseDigest(content) !== undefined)
				return { type: "digest", content };
			return malformed(
				content === ""
					? "it is empty"
					: `it holds ${JSON.stringify(content)}, which is no digest`,
			);
		} finally {
			await reader[Symbol.asyncDispose]();
		}
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		if (error.code === "not-found") return { type: "vanished" };
		// It shrank between being opened and being read: it is being written in place.
		if (error.code === "incomplete") return malformed("it is cut short");
		return { type: "unreadable", error };
	}
}

function malformed(found: string): LinkRead {
	return { type: "malformed", found };
}
