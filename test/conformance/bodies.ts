import type { Body } from "../../src/store/object-store.ts";

/** What happens while a body is read. */
export interface BodyEvents {
	readonly afterFirst?: (() => void) | undefined;
	readonly atEnd?: (() => void) | undefined;
}

/** A body of these chunks, which says that it has `size` bytes. */
export function bodyOf(
	chunks: readonly Uint8Array[],
	size: number = Buffer.concat(chunks).length,
	events: BodyEvents = {},
): Body {
	return {
		size,
		bytes: async () => {
			events.afterFirst?.();
			events.atEnd?.();
			return Buffer.concat(chunks);
		},
		async *open() {
			for (const [index, chunk] of chunks.entries()) {
				yield chunk;
				if (index === 0) events.afterFirst?.();
			}
			events.atEnd?.();
		},
	};
}

/** A body that gives half of the content, and then fails. */
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
