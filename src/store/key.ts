/** Compares two keys by their UTF-8 bytes, as object stores list them: negative, zero or positive. */
export function compareKeys(left: string, right: string): number {
	if (left === right) return 0;
	// JavaScript compares UTF-16 units. That is the order of UTF-8 bytes except above U+D7FF, where the two halves of
	// a supplementary character sort below U+E000 to U+FFFF, so only such keys need a closer look.
	if (ABOVE_D7FF.test(left) && ABOVE_D7FF.test(right))
		return Buffer.compare(Buffer.from(left), Buffer.from(right));
	return left < right ? -1 : 1;
}

const ABOVE_D7FF = /[\uD800-\uFFFF]/;

/** Longest key, in bytes of UTF-8. Source: S3, Azure Blob and GCS documentation, which agree. */
const MAX_KEY_BYTES = 1024;

/** Why a string is no key that every store can hold; `undefined` when it is one. */
export function keyProblem(key: string): string | undefined {
	if (key === "") return "the key is empty";
	if (Buffer.byteLength(key) > MAX_KEY_BYTES)
		return `the key is longer than ${MAX_KEY_BYTES} bytes`;
	if (key.includes("\0")) return "the key holds a NUL";
	if (!key.isWellFormed())
		return "the key holds half a character (a lone surrogate)";
	for (const component of key.split("/")) {
		if (component === "")
			return 'the key has an empty component (it begins or ends with "/", or holds "//")';
		if (component === "." || component === "..")
			return `the key has the component "${component}"`;
	}
	return undefined;
}
