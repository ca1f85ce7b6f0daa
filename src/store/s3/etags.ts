import type { ResponseHeaders } from "../http/exchange.ts";
import { canHashMd5, md5Sum } from "../md5.ts";
import type { ObjectMeta } from "../object-store.ts";

/** Bodies that are hashed only to learn what ETags are, and objects that are read for it (bytes). */
const SMALL = 64 * 1024;

/** Encryptions under which AWS's ETags are no MD5s. Source: Amazon S3 API reference, "Object", ETag. */
const KEY_SERVICE = /^aws:kms/;

/**
 * What a bucket's ETags are. Most servers' are MD5s; with encryption by a key service, or as the server's settings have
 * it, they may look like one and be something else. One object whose bytes are known tells.
 */
export class Etags {
	#areMd5: boolean | undefined;

	/** Compares an object's ETag with its bytes. */
	learn(etag: string, bytes: Uint8Array): void {
		if (this.#areMd5 !== undefined || bytes.length > SMALL || !MD5.test(etag))
			return;
		const md5 = md5Sum(bytes);
		if (md5 !== undefined) this.#areMd5 = md5.toString("hex") === etag;
	}

	/** The ETag where it is an MD5, as far as that is known; unequal values prove nothing (I9). */
	md5Of(etag: string, headers?: ResponseHeaders): string | undefined {
		if (this.#areMd5 === false || !MD5.test(etag)) return undefined;
		return headers !== undefined && isKeyed(headers) ? undefined : etag;
	}

	/** An object of a listing that is small enough to be read to learn from; `undefined` when there is nothing to learn. */
	sample(objects: readonly ObjectMeta[]): ObjectMeta | undefined {
		if (this.#areMd5 !== undefined || !canHashMd5()) return undefined;
		return objects.find(
			({ size, version }) => size > 0 && size <= SMALL && MD5.test(version),
		);
	}

	/** Objects of a listing that was read before it was known what their ETags are. */
	told(objects: readonly ObjectMeta[]): readonly ObjectMeta[] {
		return this.#areMd5 === false
			? objects.map((object) => ({ ...object, md5: undefined }))
			: objects;
	}
}

const MD5 = /^[0-9a-f]{32}$/;

/** Whether an object was encrypted with a key, by its headers. */
function isKeyed(headers: ResponseHeaders): boolean {
	const encryption = headers["x-amz-server-side-encryption"];
	return (
		headers["x-amz-server-side-encryption-customer-algorithm"] !== undefined ||
		(typeof encryption === "string" && KEY_SERVICE.test(encryption))
	);
}
