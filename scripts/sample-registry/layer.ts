import { crc32 } from "node:zlib";
import type { Digest } from "../../src/layout/digest.ts";
import { digestOf } from "./content.ts";

/** A layer as a registry holds it and as a configuration names it. */
export interface Layer {
	/** Of the gzipped tar: the blob's. */
	readonly digest: Digest;
	readonly blob: Buffer;
	/** Of the tar, for the configuration's `diff_ids`. */
	readonly diffId: Digest;
}

const TAR_BLOCK_BYTES = 512;

/** Longest block that is stored as it is. Source: RFC 1951, section 3.2.4. */
const STORED_BLOCK_BYTES = 65_535;

/** A layer that puts one file in place: a real gzipped tar, which every client unpacks. */
export function makeLayer(fileName: string, content: Buffer): Layer {
	const tar = makeTar(fileName, content);
	const blob = gzipStored(tar);
	return { digest: digestOf(blob), blob, diffId: digestOf(tar) };
}

function makeTar(fileName: string, content: Buffer): Buffer {
	const padding = -content.length & (TAR_BLOCK_BYTES - 1);
	// Two empty blocks end an archive.
	const end = Buffer.alloc(padding + 2 * TAR_BLOCK_BYTES);
	return Buffer.concat([tarHeader(fileName, content.length), content, end]);
}

/** Source: POSIX.1-1988 "ustar", as in pax(1). */
function tarHeader(fileName: string, length: number): Buffer {
	const header = Buffer.alloc(TAR_BLOCK_BYTES);
	header.write(fileName, 0, 100);
	header.write("0000644\0", 100);
	header.write("0000000\0", 108);
	header.write("0000000\0", 116);
	header.write(`${octal(length, 11)}\0`, 124);
	header.write(`${octal(0, 11)}\0`, 136);
	header.write("        ", 148);
	header.write("0", 156);
	header.write("ustar\0", 257);
	header.write("00", 263);
	const checksum = header.reduce((sum, byte) => sum + byte, 0);
	header.write(`${octal(checksum, 6)}\0 `, 148);
	return header;
}

function octal(value: number, digits: number): string {
	return value.toString(8).padStart(digits, "0");
}

/** Gzip without compression, by hand: what zlib writes differs between its versions and processors, and digests with it. */
function gzipStored(content: Buffer): Buffer {
	const header = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 0xff]);
	const parts: Buffer[] = [header];
	for (let start = 0; start < content.length; start += STORED_BLOCK_BYTES) {
		const block = content.subarray(start, start + STORED_BLOCK_BYTES);
		const isLast = start + STORED_BLOCK_BYTES >= content.length;
		const blockHeader = Buffer.alloc(5);
		blockHeader.writeUInt8(isLast ? 1 : 0, 0);
		blockHeader.writeUInt16LE(block.length, 1);
		blockHeader.writeUInt16LE(~block.length & 0xffff, 3);
		parts.push(blockHeader, block);
	}
	const trailer = Buffer.alloc(8);
	trailer.writeUInt32LE(crc32(content), 0);
	trailer.writeUInt32LE(content.length % 2 ** 32, 4);
	parts.push(trailer);
	return Buffer.concat(parts);
}
