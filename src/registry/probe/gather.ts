import type { HttpStream } from "../../store/http/exchange.ts";

/** A body as a whole, or its beginning: when it has more than `maxBytes`, the rest is given up, and more than that is returned. */
export async function gather(
	answer: HttpStream,
	maxBytes: number,
): Promise<Buffer> {
	const chunks: Buffer[] = [];
	let bytes = 0;
	for await (const chunk of answer.chunks()) {
		chunks.push(chunk);
		bytes += chunk.length;
		if (bytes > maxBytes) break;
	}
	return Buffer.concat(chunks);
}
