/** CRC-32C, which zlib does not have: its `crc32` uses another polynomial. */
const POLYNOMIAL = 0x82f63b78;

/**
 * For each of eight places, the remainder of each byte, so that eight bytes can be taken at a time. A DataView, since
 * reading from one is as fast as indexing and cannot give `undefined`.
 */
const TABLES = makeTables();

/** The CRC-32C of bytes, or of what had the CRC `previous` with these after it. */
export function crc32c(bytes: Uint8Array, previous = 0): number {
	const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
	let crc = ~previous;
	let index = 0;
	for (const end = bytes.length - 7; index < end; index += 8) {
		const low = crc ^ view.getInt32(index, true);
		const high = view.getInt32(index + 4, true);
		crc =
			at(7, low) ^
			at(6, low >>> 8) ^
			at(5, low >>> 16) ^
			at(4, low >>> 24) ^
			at(3, high) ^
			at(2, high >>> 8) ^
			at(1, high >>> 16) ^
			at(0, high >>> 24);
	}
	for (; index < bytes.length; index++)
		crc = at(0, crc ^ view.getUint8(index)) ^ (crc >>> 8);
	return ~crc >>> 0;
}

/** As Cloud Storage writes it: four bytes, the highest first, in base64. */
export function encodeCrc32c(crc: number): string {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32BE(crc);
	return bytes.toString("base64");
}

function at(table: number, byte: number): number {
	return TABLES.getInt32((table << 10) | ((byte & 0xff) << 2), true);
}

function makeTables(): DataView {
	const tables = new DataView(new ArrayBuffer(8 * 256 * 4));
	for (let byte = 0; byte < 256; byte++) {
		let crc = byte;
		for (let table = 0; table < 8; table++) {
			for (let bit = 0; bit < 8; bit++)
				crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
			tables.setInt32((table << 10) | (byte << 2), crc, true);
		}
	}
	return tables;
}
