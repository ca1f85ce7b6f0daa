import type { Readable } from "node:stream";

/** Collects what a command prints. What comes after `maxBytes` is read and dropped, and `onOverflow` is called once. */
export async function collect(
	stream: Readable,
	maxBytes: number,
	onOverflow: () => void,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	await eachChunk(stream, (chunk) => {
		const wasWithin = bytes <= maxBytes;
		bytes += chunk.length;
		if (bytes <= maxBytes) chunks.push(chunk);
		else if (wasWithin) onOverflow();
	});
	return Buffer.concat(chunks);
}

/** Collects the last `maxBytes` of what a command prints. */
export async function collectTail(
	stream: Readable,
	maxBytes: number,
): Promise<string> {
	let tail: Buffer = Buffer.alloc(0);
	await eachChunk(stream, (chunk) => {
		tail = Buffer.concat([tail, chunk]).subarray(-maxBytes);
	});
	return tail.toString();
}

async function eachChunk(
	stream: Readable,
	take: (chunk: Buffer) => void,
): Promise<void> {
	try {
		for await (const chunk of stream) take(Buffer.from(chunk));
	} catch (error) {
		// We stop reading when the command has ended and something it started still holds its output.
		if (!stream.destroyed) throw error;
	}
}
