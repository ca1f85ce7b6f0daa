import { createCipheriv, createHash } from "node:crypto";
import { formatDigest } from "../../layout/digest.ts";

/** An image that is made to be pushed, and removed again. The same name and sizes always make the same one. */
export interface CanaryImage {
	/** The one layer, a tar of one file, in chunks; from its beginning each time. */
	chunks(): Iterable<Uint8Array>;
	readonly layer: string;
	/** Of the layer. */
	readonly layerBytes: number;
	readonly config: Buffer;
	readonly manifest: Buffer;
	readonly mediaType: string;
	/** `algorithm:hex`, of the manifest. */
	readonly digest: string;
}

export interface CanaryOptions {
	/** Another name makes another image. */
	readonly name: string;
	/** Of its layer; default 3. */
	readonly chunks?: number | undefined;
	/**
	 * Bytes of a chunk; default 6 MiB: more than the least part of a multipart upload (5 MiB), so that a registry on S3
	 * makes one of several parts. A multiple of 512.
	 */
	readonly chunkBytes?: number | undefined;
}

const MIB = 1024 * 1024;
const BLOCK_BYTES = 512;
const MANIFEST_TYPE = "application/vnd.docker.distribution.manifest.v2+json";

/** Makes an image of one layer, whose bytes look random, so that nothing on the way makes less of them. */
export function canaryImage({
	name,
	chunks: count = 3,
	chunkBytes = 6 * MIB,
}: CanaryOptions): CanaryImage {
	const key = createHash("sha256").update(name).digest();
	// A header before the file's content, and two empty blocks after it.
	const layerBytes = count * chunkBytes;
	const fileBytes = layerBytes - 3 * BLOCK_BYTES;
	const chunks = function* () {
		const cipher = createCipheriv("aes-256-ctr", key, Buffer.alloc(16));
		for (let number = 0; number < count; number++) {
			const chunk = cipher.update(Buffer.alloc(chunkBytes));
			if (number === 0) tarHeader(fileBytes).copy(chunk);
			if (number === count - 1) chunk.subarray(-2 * BLOCK_BYTES).fill(0);
			yield chunk;
		}
	};
	const hash = createHash("sha256");
	for (const chunk of chunks()) hash.update(chunk);
	const layer = `sha256:${hash.digest("hex")}`;
	const config = json({
		created: "2024-01-01T00:00:00Z",
		architecture: "amd64",
		os: "linux",
		config: { Labels: { "regmigrate.canary": name } },
		rootfs: { type: "layers", diff_ids: [layer] },
	});
	const manifest = json({
		schemaVersion: 2,
		mediaType: MANIFEST_TYPE,
		config: {
			mediaType: "application/vnd.docker.container.image.v1+json",
			digest: digestOf(config),
			size: config.length,
		},
		layers: [
			{
				mediaType: "application/vnd.docker.image.rootfs.diff.tar",
				digest: layer,
				size: layerBytes,
			},
		],
	});
	return {
		chunks,
		layer,
		layerBytes,
		config,
		manifest,
		mediaType: MANIFEST_TYPE,
		digest: digestOf(manifest),
	};
}

/** The digest of some content, as text. */
export function digestOf(content: Uint8Array): string {
	const hex = createHash("sha256").update(content).digest("hex");
	return formatDigest({ algorithm: "sha256", hex });
}

function json(value: object): Buffer {
	return Buffer.from(JSON.stringify(value));
}

/** Source: POSIX.1-1988 "ustar", as in pax(1). */
function tarHeader(fileBytes: number): Buffer {
	const header = Buffer.alloc(BLOCK_BYTES);
	const write = (text: string, offset: number) => header.write(text, offset);
	write("canary", 0);
	write("0000644\0", 100);
	write("0000000\0", 108);
	write("0000000\0", 116);
	write(`${fileBytes.toString(8).padStart(11, "0")}\0`, 124);
	write("00000000000\0", 136);
	write("        ", 148);
	write("0", 156);
	write("ustar\x0000", 257);
	const checksum = header.reduce((sum, byte) => sum + byte, 0);
	write(`${checksum.toString(8).padStart(6, "0")}\0 `, 148);
	return header;
}
