import { md5Sum, RunningMd5 } from "../md5.ts";
import type { ObjectMeta } from "../object-store.ts";
import { crc32c, encodeCrc32c } from "./crc32c.ts";
import type { ObjectResource } from "./resource.ts";

/** Both checksums that Cloud Storage knows of a body, in base64, and its size in bytes. */
export interface Checksums {
	readonly size: number;
	/** `undefined` where the machine's policy forbids it. */
	readonly md5: string | undefined;
	readonly crc32c: string;
}

/** The checksums of bytes that are there. */
export function checksumsOf(bytes: Uint8Array): Checksums {
	return {
		size: bytes.length,
		md5: md5Sum(bytes)?.toString("base64"),
		crc32c: encodeCrc32c(crc32c(bytes)),
	};
}

/** The checksums of bytes that come in pieces. */
export class RunningChecksums {
	readonly #md5 = new RunningMd5();
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
			md5: this.#md5.digest()?.toString("base64"),
			crc32c: encodeCrc32c(this.#crc32c),
		};
	}
}

/** The checksums as the header `x-goog-hash` names them. */
export function hashesOf({ crc32c, md5 }: Omit<Checksums, "size">): string {
	return md5 === undefined ? `crc32c=${crc32c}` : `crc32c=${crc32c},md5=${md5}`;
}

/** Whether the server stored what these are the checksums of. It names an MD5 of all but composite objects. */
export function isStored(
	{ meta, crc32c: stored }: ObjectResource,
	sent: Checksums,
): boolean {
	return (
		meta.size === sent.size &&
		stored === sent.crc32c &&
		(sent.md5 === undefined || hasMd5(meta, sent.md5))
	);
}

function hasMd5({ md5 }: ObjectMeta, base64: string): boolean {
	return md5 === Buffer.from(base64, "base64").toString("hex");
}
