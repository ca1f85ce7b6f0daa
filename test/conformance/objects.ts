import { createHash } from "node:crypto";
import { expect } from "vitest";
import { StoreError } from "../../src/store/errors.ts";
import type {
	ContentDigest,
	ListOptions,
	ObjectStore,
	Page,
} from "../../src/store/object-store.ts";

export function bytes(text: string): Buffer {
	return Buffer.from(text);
}

export function sha256(content: Uint8Array): string {
	return createHash("sha256").update(content).digest("hex");
}

export function sha256Of(content: Uint8Array): ContentDigest {
	return { algorithm: "sha256", hex: sha256(content) };
}

export function numbered(count: number): string[] {
	return Array.from(
		{ length: count },
		(_, index) => `n/${String(index).padStart(5, "0")}`,
	);
}

export async function read(store: ObjectStore, key: string): Promise<Buffer> {
	await using reader = await store.get(key);
	const chunks: Uint8Array[] = [];
	for await (const chunk of reader.stream())
		chunks.push(Uint8Array.from(chunk));
	return Buffer.concat(chunks);
}

/** Puts objects that hold their own key, many at a time: the tests wait for the store, not the other way round. */
export async function putAll(
	store: ObjectStore,
	keys: readonly string[],
): Promise<void> {
	const waiting = keys.values();
	const put = async () => {
		for (const key of waiting) await store.put(key, bytes(key));
	};
	await Promise.all(Array.from({ length: 64 }, put));
}

export async function pagesOf(
	store: ObjectStore,
	options: ListOptions,
): Promise<Page[]> {
	return await Array.fromAsync(store.list(options));
}

export async function objectsOf(store: ObjectStore, options: ListOptions) {
	const pages = await pagesOf(store, options);
	expect(pages.flatMap((page) => page.unreadable)).toEqual([]);
	return pages.flatMap((page) => page.objects);
}

export async function keysOf(
	store: ObjectStore,
	options: ListOptions,
): Promise<string[]> {
	return (await objectsOf(store, options)).map(({ key }) => key);
}

export async function expectCode(
	promise: Promise<unknown>,
	code: StoreError["code"],
): Promise<void> {
	await expect(promise).rejects.toBeInstanceOf(StoreError);
	await expect(promise).rejects.toMatchObject({ code });
}

/** Puts an object that holds its own key; false when the store says that it cannot hold it. */
export async function stored(
	store: ObjectStore,
	key: string,
): Promise<boolean> {
	try {
		await store.put(key, bytes(key));
		return true;
	} catch (error) {
		if (error instanceof StoreError && error.code === "unsupported")
			return false;
		throw error;
	}
}
