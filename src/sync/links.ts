import { setTimeout } from "node:timers/promises";
import { MAX_LINK_BYTES, parseDigest } from "../layout/digest.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectMeta, ObjectStore } from "../store/object-store.ts";

/** What a link was found to hold. */
export type LinkRead =
	| { readonly type: "digest"; readonly content: string }
	/** No digest, also when read again; `content` is cut to what a link can hold. */
	| { readonly type: "malformed"; readonly content: string }
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
	{ key }: Pick<ObjectMeta, "key">,
	signal?: AbortSignal,
): Promise<LinkRead> {
	for (let attempt = 0; ; attempt++) {
		const read = await readOnce(store, key, signal);
		const wait = read.type === "malformed" ? WAITS_MS[attempt] : undefined;
		if (wait === undefined) return read;
		await setTimeout(wait, undefined, { signal });
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
				return { type: "malformed", content: `${reader.meta.size} bytes` };
			const content = Buffer.from(await reader.bytes(MAX_LINK_BYTES)).toString(
				"latin1",
			);
			return {
				type: parseDigest(content) === undefined ? "malformed" : "digest",
				content,
			};
		} finally {
			await reader[Symbol.asyncDispose]();
		}
	} catch (error) {
		if (!(error instanceof StoreError)) throw error;
		if (error.code === "not-found") return { type: "vanished" };
		// It shrank between being opened and being read: it is being written in place.
		if (error.code === "incomplete") return { type: "malformed", content: "" };
		return { type: "unreadable", error };
	}
}
