import { createHash } from "node:crypto";
import type { Digest } from "../../src/layout/digest.ts";

/** The sha256 digest of some content. */
export function digestOf(content: string | Uint8Array): Digest {
	const hex = createHash("sha256").update(content).digest("hex");
	return { algorithm: "sha256", hex };
}

/** Bytes that look random and do not compress, always the same for the same name. */
export function pseudoRandomBytes(name: string, length: number): Buffer {
	const state = createHash("sha256").update(name).digest();
	// xorshift128 by George Marsaglia (2003): 4 bytes a step, a hundred megabytes in a blink.
	let x = state.readUInt32LE(0);
	let y = state.readUInt32LE(4);
	let z = state.readUInt32LE(8);
	let w = state.readUInt32LE(12);
	const words = new Uint32Array(Math.ceil(length / 4));
	for (let index = 0; index < words.length; index += 1) {
		const mixed = x ^ (x << 11);
		x = y;
		y = z;
		z = w;
		w = w ^ (w >>> 19) ^ mixed ^ (mixed >>> 8);
		words[index] = w;
	}
	return Buffer.from(words.buffer, 0, length);
}
