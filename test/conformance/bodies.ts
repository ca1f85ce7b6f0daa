import type { Body } from "../../src/store/object-store.ts";

/** A body of these chunks, which says that it has `size` bytes; `atEnd` is called after the last one. */
export function bodyOf(
	chunks: readonly Uint8Array[],
	size: number = Buffer.concat(chunks).length,
	atEnd?: () => void,
): Body {
	return {
		size,
		bytes: async () => {
			atEnd?.();
			return Buffer.concat(chunks);
		},
		async *open() {
			yield* chunks;
			atEnd?.();
		},
	};
}

export function failingBody(content: Buffer, failure: Error): Body {
	return {
		size: content.length,
		bytes: () => Promise.reject(failure),
		async *open() {
			yield content.subarray(0, content.length / 2);
			throw failure;
		},
	};
}
