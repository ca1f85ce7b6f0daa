import type { ListedPart } from "./begun-uploads.ts";
import { md5Sum } from "./md5.ts";

/**
 * Whether a part that the server has is the one that would be sent; `sha256` is that one's, in base64.
 *
 * | its size | its SHA-256, where the server tells it | its ETag is the MD5 of what would be sent | the same          |
 * | -------- | -------------------------------------- | ----------------------------------------- | ----------------- |
 * | differs  | -                                      | -                                         | no                |
 * | is equal | is equal                               | -                                         | yes               |
 * | is equal | differs                                | -                                         | no                |
 * | is equal | is not told                            | yes                                       | yes               |
 * | is equal | is not told                            | no                                        | not proven, so no |
 */
export function isSamePart(
	part: ListedPart,
	bytes: Uint8Array,
	sha256: string,
): boolean {
	if (part.size !== bytes.length) return false;
	if (part.sha256 !== undefined) return part.sha256 === sha256;
	return part.etag === md5Sum(bytes)?.toString("hex");
}
