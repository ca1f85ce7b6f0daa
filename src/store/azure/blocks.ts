import { element } from "../http/xml.ts";

/** Most blocks of a blob. Source: Azure Storage documentation, "Scalability and performance targets for Blob storage". */
const MAX_BLOCKS = 50_000;

/** Largest block (bytes). Source: Azure Storage REST API reference, "Put Block", since version 2019-12-12. */
const MAX_BLOCK_BYTES = 4000 * 1024 * 1024;

/** Smallest block that we make (bytes), the last one excepted. */
const MIN_BLOCK_BYTES = 8 * 1024 * 1024;

/** What our block ids begin with. With the rest they have 42 bytes; all ids of a blob must be of one length, 64 at most. */
const MARK = Buffer.from("regmig");

/** The size (bytes) of a body's blocks: as small as the limit on their number allows; `undefined` when none is. */
export function blockSize(size: number): number | undefined {
	const bytes = Math.max(MIN_BLOCK_BYTES, Math.ceil(size / MAX_BLOCKS));
	return bytes <= MAX_BLOCK_BYTES ? bytes : undefined;
}

/**
 * The id of a block. It holds the SHA-256 of the block's bytes, so that a block which is there already, from an upload
 * that was interrupted, is known for the right one; the service shows nothing else of it but its size. It holds the
 * block's place too, since a blob may have the same bytes in two.
 */
export function blockId(index: number, sha256: Buffer): string {
	const place = Buffer.alloc(4);
	place.writeUInt32BE(index);
	return Buffer.concat([MARK, place, sha256]).toString("base64");
}

/** The body of Put Block List. */
export function formatBlockList(ids: readonly string[]): Buffer {
	// Base64 has no characters that XML would have to escape.
	const blocks = ids.map((id) => `<Latest>${id}</Latest>`).join("");
	return Buffer.from(
		`<?xml version="1.0" encoding="utf-8"?><BlockList>${blocks}</BlockList>`,
	);
}

/** The sizes (bytes) of a blob's uncommitted blocks by their ids. Throws a `SyntaxError` on anything but a block list. */
export function parseBlockList(xml: string): ReadonlyMap<string, number> {
	const start = xml.indexOf("<BlockList");
	const end = xml.indexOf("</BlockList>", start);
	if (start === -1 || (end === -1 && !/<BlockList\s*\/>/.test(xml)))
		throw new SyntaxError("no BlockList");
	const blocks = new Map<string, number>();
	const from = xml.indexOf("<UncommittedBlocks>", start);
	if (from === -1) return blocks;
	const to = xml.indexOf("</UncommittedBlocks>", from);
	if (to === -1)
		throw new SyntaxError("an unfinished UncommittedBlocks element");
	for (
		let open = xml.indexOf("<Block>", from);
		open !== -1 && open < to;
		open = xml.indexOf("<Block>", open + 1)
	) {
		const close = xml.indexOf("</Block>", open);
		const id = element(xml, "Name", open, close);
		const size = Number(element(xml, "Size", open, close) ?? Number.NaN);
		if (id === undefined || !Number.isSafeInteger(size))
			throw new SyntaxError("a block without a name and a size");
		blocks.set(id, size);
	}
	return blocks;
}
