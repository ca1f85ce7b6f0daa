import { formatDigest } from "../../layout/digest.ts";
import type { Call } from "../../store/object-store.ts";
import { fetchBlob } from "./fetch-blob.ts";
import { type Descriptor, fetchManifest } from "./manifest.ts";
import type { RegistryClient } from "./registry-client.ts";

/** An image that was pulled, all of its platforms. */
export interface PulledImage {
	/** `algorithm:hex`. */
	readonly digest: string;
	readonly manifests: number;
	/** Configurations and layers. */
	readonly blobs: number;
	/** Of all of them. */
	readonly bytes: number;
	/** The hosts that blobs came from, where the registry sent us elsewhere. */
	readonly hosts: readonly string[];
}

/**
 * Pulls an image by its tag or its digest: its manifest, those that it names, their configurations and layers, each of
 * them once; nothing is kept. Every byte is proven by a digest. Rejects with a `ProbeError` at the first that is not as
 * it should be.
 */
export async function pullImage(
	client: RegistryClient,
	repository: string,
	reference: string,
	call: Call = {},
): Promise<PulledImage> {
	const seen = new Set<string>();
	const hosts = new Set<string>();
	const pulled = { manifests: 0, blobs: 0, bytes: 0 };

	async function pullManifest(named: string): Promise<string> {
		const manifest = await fetchManifest(client, repository, named, call);
		const digest = formatDigest(manifest.digest);
		seen.add(digest);
		pulled.manifests++;
		pulled.bytes += manifest.bytes;
		for (const child of manifest.children) {
			const name = formatDigest(child.digest);
			if (!seen.has(name)) await pullManifest(name);
		}
		for (const blob of manifest.blobs) await pullBlob(blob);
		return digest;
	}

	async function pullBlob({ digest, size }: Descriptor): Promise<void> {
		const name = formatDigest(digest);
		if (seen.has(name)) return;
		seen.add(name);
		const blob = { repository, digest, size };
		const fetched = await fetchBlob(client, blob, "GET", call);
		pulled.blobs++;
		pulled.bytes += fetched.bytes;
		for (const host of fetched.hosts) hosts.add(host);
	}

	const digest = await pullManifest(reference);
	return { digest, ...pulled, hosts: [...hosts] };
}
