import { createHash } from "node:crypto";
import { StoreError } from "../store/errors.ts";
import type { ContentDigest, ObjectStore } from "../store/object-store.ts";
import type { PendingObject } from "./object-index.ts";
import type { PassContext } from "./pass-context.ts";

/** Whether the target's content is the source's, of two objects that were listed with the same size. */
export async function hasSameContent(
	{ source, target, signal }: PassContext,
	{ key, content }: PendingObject,
): Promise<boolean> {
	try {
		return content === undefined
			? (await contentHash(source, key, signal)).hex ===
					(await contentHash(target, key, signal)).hex
			: (await linkContent(target, key, content.length, signal)) === content;
	} catch (error) {
		if (isOther(error)) return false;
		throw error;
	}
}

/** The version of the target's blob, when its bytes hash to its name; `undefined` when they do not. */
export async function provenVersion(
	{ target, signal }: Pick<PassContext, "target" | "signal">,
	key: string,
	{ algorithm, hex }: ContentDigest,
): Promise<string | undefined> {
	try {
		const found = await contentHash(target, key, signal, algorithm);
		return found.hex === hex ? found.version : undefined;
	} catch (error) {
		if (isOther(error)) return undefined;
		throw error;
	}
}

/** Gone since it was listed, or longer now: different, then. The copy finds out what has become of the source's. */
function isOther(error: unknown): boolean {
	return (
		error instanceof StoreError &&
		(error.code === "not-found" || error.code === "unsupported")
	);
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
	algorithm = "sha256",
): Promise<{ readonly hex: string; readonly version: string }> {
	const hash = createHash(algorithm);
	await using reader = await store.get(key, { signal });
	for await (const chunk of reader.stream()) hash.update(chunk);
	return { hex: hash.digest("hex"), version: reader.meta.version };
}
