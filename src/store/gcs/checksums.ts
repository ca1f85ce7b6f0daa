import { createHash, type Hash, hash } from "node:crypto";
import type { ObjectMeta } from "../object-store.ts";
import { crc32c, encodeCrc32c } from "./crc32c.ts";
import type { ObjectResource } from "./resource.ts";

/** Both checksums that Cloud Storage knows of a body, in base64, and its size in bytes. */
export interface Checksums {
	readonly size: number;
	readonly md5: string;
	readonly crc32c: string;
}

/** The checksums of bytes that are there. */
export function checksumsOf(bytes: Uint8Array): Checksums {
	return {
		size: bytes.length,
		md5: hash("md5", bytes, "base64"),
		crc32c: encodeCrc32c(crc32c(bytes)),
	};
}

/** The checksums of bytes that come in pieces. */
export class RunningChecksums {
	readonly #md5: Hash = createHash("md5");
	#crc32c = 0;
	#size = 0;

	/** Bytes so far. */
	get size(): number {
		return this.#size;
	}

	update(chunk: Uint8Array): void {
		this.#md5.update(chunk);
		this.#crc32c = crc32c(chunk, this.#crc32c);
		this.#size += chunk.length;
	}

	/** To be called once, at the end. */
	digest(): Checksums {
		return {
			size: this.#size,
			md5: this.#md5.digest("base64"),
			crc32c: encodeCrc32c(this.#crc32c),
		};
	}
}

/** Whether the server stored what these are the checksums of. It names an MD5 of all but composite objects. */
export function isStored(
	{ meta, crc32c: stored }: ObjectResource,
	sent: Checksums,
): boolean {
	return (
		meta.size === sent.size && stored === sent.crc32c && hasMd5(meta, sent.md5)
	);
}

function hasMd5({ md5 }: ObjectMeta, base64: string): boolean {
	return md5 === Buffer.from(base64, "base64").toString("hex");
}
