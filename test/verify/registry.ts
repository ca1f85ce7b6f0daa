import { createHash } from "node:crypto";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { MemoryStore } from "../../src/store/memory.ts";
import type { ObjectStore } from "../../src/store/object-store.ts";

const REPOSITORY = "acme/app";

/** The keys of a registry with one image, tagged `v1`. */
export interface TinyRegistry {
	readonly layer: Digest;
	readonly layerBlob: string;
	readonly manifest: Digest;
	readonly manifestBlob: string;
	readonly layerLink: string;
	readonly revisionLink: string;
	readonly indexLink: string;
	readonly currentLink: string;
	readonly lock: string;
	/** A file that is none of the layout's. */
	readonly other: string;
	readonly keys: readonly string[];
}

export function sha256(content: string): Digest {
	const hex = createHash("sha256").update(content).digest("hex");
	return { algorithm: "sha256", hex };
}

export async function put(
	store: ObjectStore,
	key: string,
	content: string,
): Promise<void> {
	await store.put(key, Buffer.from(content));
}

/** Writes the registry. */
async function putTinyRegistry(store: ObjectStore): Promise<TinyRegistry> {
	const layer = sha256("a layer");
	const manifest = sha256("a manifest");
	const tag = { repository: REPOSITORY, tag: "v1" };
	const named = {
		layerBlob: blobKey(layer),
		manifestBlob: blobKey(manifest),
		layerLink: formatKey({
			kind: "layer",
			repository: REPOSITORY,
			digest: layer,
		}),
		revisionLink: formatKey({
			kind: "revision",
			repository: REPOSITORY,
			digest: manifest,
		}),
		indexLink: formatKey({ kind: "index", ...tag, digest: manifest }),
		currentLink: formatKey({ kind: "current", ...tag }),
		lock: formatKey({ kind: "lock", name: "filesystem-in-use" }),
		other: "docker/registry/v2/repositories/acme/notes.txt",
	};
	await put(store, named.layerBlob, "a layer");
	await put(store, named.manifestBlob, "a manifest");
	await put(store, named.layerLink, formatDigest(layer));
	for (const key of [named.revisionLink, named.indexLink, named.currentLink])
		await put(store, key, formatDigest(manifest));
	await put(store, named.lock, '{"version":1}');
	await put(store, named.other, "notes");
	return { layer, manifest, ...named, keys: Object.values(named) };
}

/** A source in memory, and a target that has the same. */
export async function equalSides(): Promise<
	TinyRegistry & { source: MemoryStore; target: MemoryStore }
> {
	const source = new MemoryStore("source");
	const target = new MemoryStore("target");
	await putTinyRegistry(target);
	return { ...(await putTinyRegistry(source)), source, target };
}

/** Copies everything below a prefix. */
export async function copyAll(
	from: ObjectStore,
	to: ObjectStore,
	prefix = "",
): Promise<void> {
	for await (const { objects } of from.list({ prefix })) {
		for (const { key, size } of objects) {
			await using reader = await from.get(key);
			await to.put(key, await reader.bytes(size));
		}
	}
}
