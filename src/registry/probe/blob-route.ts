import { formatDigest } from "../../layout/digest.ts";
import type { Call } from "../../store/object-store.ts";
import { fetchBlob } from "./fetch-blob.ts";
import { type Descriptor, fetchManifest } from "./manifest.ts";
import { ProbeError } from "./probe-error.ts";
import type { RegistryClient } from "./registry-client.ts";

/** How clients come by the blobs of a registry, tried from this machine. */
export interface BlobRoute {
	/** The hosts that clients are sent to; none: the registry serves blobs itself. */
	readonly hosts: readonly string[];
	/** Why a blob did not come: of GET, of HEAD, or of both. */
	readonly failures: readonly ProbeError[];
}

/**
 * Tries whether the smallest blob of an image comes here: by GET, with its bytes proven, and by HEAD, which a bucket may
 * refuse though it gives the other. Rejects with a `ProbeError` when the image's manifest cannot be had.
 */
export async function tryBlobRoute(
	client: RegistryClient,
	repository: string,
	reference: string,
	call: Call = {},
): Promise<BlobRoute> {
	const blob = await smallestBlob(client, repository, reference, call);
	const hosts = new Set<string>();
	const failures: ProbeError[] = [];
	for (const method of ["GET", "HEAD"] as const)
		try {
			const wanted = { repository, ...blob };
			const fetched = await fetchBlob(client, wanted, method, call);
			for (const host of fetched.hosts) hosts.add(host);
		} catch (error) {
			if (!(error instanceof ProbeError)) throw error;
			failures.push(error);
		}
	return { hosts: [...hosts], failures };
}

async function smallestBlob(
	client: RegistryClient,
	repository: string,
	reference: string,
	call: Call,
): Promise<Descriptor> {
	const manifest = await fetchManifest(client, repository, reference, call);
	const [blob] = manifest.blobs.toSorted((one, other) => one.size - other.size);
	if (blob !== undefined) return blob;
	const [child] = manifest.children;
	if (child === undefined)
		throw new ProbeError(
			"not-found",
			`pull ${repository} from ${client.name}`,
			`${reference} names no image`,
		);
	const name = formatDigest(child.digest);
	return await smallestBlob(client, repository, name, call);
}
