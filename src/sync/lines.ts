import { readSync } from "node:fs";

/** Bytes read at a time. */
const CHUNK_BYTES = 64 * 1024;

/**
 * The lines of an open file from its beginning, without their newlines; what follows the last newline is one, too.
 * Ends early, after a line cut short, at one that is longer than `maxBytes`: no such file is held in memory (I8).
 */
export function* linesOf(
	descriptor: number,
	maxBytes: number,
): Generator<Buffer, undefined> {
	const chunk = Buffer.alloc(CHUNK_BYTES);
	let rest = Buffer.alloc(0);
	for (let at = 0; ; ) {
		const read = readSync(descriptor, chunk, 0, chunk.length, at);
		at += read;
		const bytes = Buffer.concat([rest, chunk.subarray(0, read)]);
		let start = 0;
		for (
			let end = bytes.indexOf("\n");
			end !== -1;
			end = bytes.indexOf("\n", start)
		) {
			yield bytes.subarray(start, end);
			start = end + 1;
		}
		rest = bytes.subarray(start);
		if (read > 0 && rest.length <= maxBytes) continue;
		if (rest.length > 0) yield rest;
		return undefined;
	}
}
