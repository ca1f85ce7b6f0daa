import { createHash } from "node:crypto";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import { MARKER_KEY } from "../../src/layout/marker.ts";
import {
	blobKey,
	formatKey,
	type RegistryKey,
} from "../../src/layout/paths.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

/** Everything of a store, by key. */
export type Content = ReadonlyMap<string, Buffer>;

/** One write of a registry. */
export type Write = readonly [key: string, content: Buffer];

export function digestOf(
	content: string | Uint8Array,
	algorithm = "sha256",
): Digest {
	const hex = createHash(algorithm).update(content).digest("hex");
	return { algorithm, hex };
}

export function blob(
	content: string | Uint8Array,
	algorithm = "sha256",
): Write {
	return [blobKey(digestOf(content, algorithm)), Buffer.from(content)];
}

function link(key: RegistryKey, digest: Digest): Write {
	return [formatKey(key), Buffer.from(formatDigest(digest))];
}

/** An image: layers by their content, or other images. */
export type Image =
	| readonly string[]
	| { readonly platforms: readonly Image[] };

/** What a registry writes while an image is pushed, in its order (blob, layer link, manifest blob, revision link). */
export function imageWrites(
	repository: string,
	image: Image,
): { readonly writes: readonly Write[]; readonly digest: Digest } {
	const parts = "platforms" in image ? platformWrites : layerWrites;
	const { writes, document } = parts(repository, image);
	const manifest = JSON.stringify(document);
	const digest = digestOf(manifest);
	return {
		digest,
		writes: [
			...writes,
			blob(manifest),
			link({ kind: "revision", repository, digest }, digest),
		],
	};
}

/** What a registry writes while a tag is pushed: the image, the tag's index link, and last its current link. */
export function pushWrites(
	repository: string,
	tag: string,
	image: Image,
): readonly Write[] {
	const { writes, digest } = imageWrites(repository, image);
	return [
		...writes,
		link({ kind: "index", repository, tag, digest }, digest),
		link({ kind: "current", repository, tag }, digest),
	];
}

function layerWrites(repository: string, image: Image) {
	const layers = "platforms" in image ? [] : image;
	const config = JSON.stringify({ repository, layers });
	const writes = [...layers, config].flatMap((content) => {
		const digest = digestOf(content);
		return [blob(content), link({ kind: "layer", repository, digest }, digest)];
	});
	const describe = (content: string) => ({
		digest: formatDigest(digestOf(content)),
		size: content.length,
	});
	const document = {
		schemaVersion: 2,
		config: describe(config),
		layers: layers.map(describe),
	};
	return { writes, document };
}

function platformWrites(repository: string, image: Image) {
	const platforms = "platforms" in image ? image.platforms : [];
	const children = platforms.map((child) => imageWrites(repository, child));
	return {
		writes: children.flatMap(({ writes }) => writes),
		document: {
			schemaVersion: 2,
			manifests: children.map(({ digest }) => ({
				digest: formatDigest(digest),
			})),
		},
	};
}

export const LOCK: Write = [
	formatKey({ kind: "lock", name: "filesystem-in-use" }),
	Buffer.from('{"version":1}'),
];

/** Of no kind that the layout knows. */
export const NOTES: Write = [
	"docker/registry/v2/repositories/acme/notes.txt",
	Buffer.from("notes"),
];

/** A small registry with one of everything that a healthy one has. */
export function smallRegistry(): Content {
	const multi = {
		platforms: [
			["base", "amd64"],
			["base", "arm64"],
		],
	};
	return new Map([
		...pushWrites("acme/app", "v1", ["base", "one"]),
		...pushWrites("acme/app", "latest", ["base", "one"]),
		...pushWrites("acme/app", "v2", ["base", "two"]),
		...pushWrites("acme/app", "latest", ["base", "two"]),
		...pushWrites("acme/app/cache", "current", ["base", "cached"]),
		...pushWrites("acme/app-web", "_uploads", multi),
		...pushWrites("solo", "v1", []),
		LOCK,
		NOTES,
	]);
}

/** A store in memory that holds this. */
export async function storeOf(
	content: Iterable<Write>,
	name?: string,
): Promise<MemoryStore> {
	const store = new MemoryStore(name);
	await putAll(store, content);
	return store;
}

export async function putAll(
	store: ObjectStore,
	content: Iterable<Write>,
): Promise<void> {
	for (const [key, bytes] of content) await store.put(key, bytes);
}

/** Everything that a store holds but the marker of a target, in the order of its listing. */
export async function contentOf(store: ObjectStore): Promise<Content> {
	const content = new Map<string, Buffer>();
	for await (const { objects, unreadable } of store.list({ prefix: "" })) {
		for (const { error } of unreadable) throw error;
		for (const { key, size } of objects) {
			if (key === MARKER_KEY) continue;
			await using reader = await store.get(key);
			content.set(key, Buffer.from(await reader.bytes(size)));
		}
	}
	return content;
}

/** The same entries in the order of their keys, for comparison. */
export function sorted(content: Iterable<Write>): Content {
	return new Map(
		[...content].sort(([left], [right]) =>
			Buffer.compare(Buffer.from(left), Buffer.from(right)),
		),
	);
}
