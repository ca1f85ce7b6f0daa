import { createHash, getFips, type Hash, hash } from "node:crypto";

/**
 * The MD5 of bytes: a checksum for the way to a server, and for comparing; it proves no blob. `undefined` where the
 * machine's policy (FIPS) forbids it, since OpenSSL has none then.
 */
export function md5Sum(bytes: Uint8Array | string): Buffer | undefined {
	return canHashMd5() ? hash("md5", bytes, "buffer") : undefined;
}

/** The same, of bytes that come in pieces. */
export class RunningMd5 {
	readonly #hash: Hash | undefined = canHashMd5()
		? createHash("md5")
		: undefined;

	update(chunk: Uint8Array): void {
		this.#hash?.update(chunk);
	}

	/** To be called once, at the end. */
	digest(): Buffer | undefined {
		return this.#hash?.digest();
	}
}

/** Whether MD5 can be computed: the machine's policy may forbid it. */
export function canHashMd5(): boolean {
	return getFips() === 0;
}
