import { createHash } from "node:crypto";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { PendingObject } from "./object-index.ts";
import type { PassContext } from "./pass-context.ts";

/** Whether the target's content is the source's, of two objects that were listed with the same size. */
export async function hasSameContent(
	{ source, target, signal }: PassContext,
	{ key, content }: PendingObject,
): Promise<boolean> {
	try {
		return content === undefined
			? (await contentHash(source, key, signal)) ===
					(await contentHash(target, key, signal))
			: (await linkContent(target, key, content.length, signal)) === content;
	} catch (error) {
		// Gone since it was listed, or longer now: different, then. The copy finds out what has become of the source's.
		if (
			error instanceof StoreError &&
			(error.code === "not-found" || error.code === "unsupported")
		)
			return false;
		throw error;
	}
}

async function linkContent(
	store: ObjectStore,
	key: string,
	maxBytes: number,
	signal: AbortSignal | undefined,
): Promise<string> {
	await using reader = await store.get(key, { signal });
	return Buffer.from(await reader.bytes(maxBytes)).toString("latin1");
}

async function contentHash(
	store: ObjectStore,
	key: string,
	signal: AbortSignal | undefined,
): Promise<string> {
	const hash = createHash("sha256");
	await using reader = await store.get(key, { signal });
	for await (const chunk of reader.stream()) hash.update(chunk);
	return hash.digest("hex");
}
