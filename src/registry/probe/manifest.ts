import { createHash } from "node:crypto";
import * as v from "valibot";
import { type Digest, formatDigest, parseDigest } from "../../layout/digest.ts";
import type { Call } from "../../store/object-store.ts";
import { ProbeError } from "./probe-error.ts";
import { jsonIn, unexpected } from "./registry-answer.ts";
import type { RegistryClient } from "./registry-client.ts";

/** Media types of manifests. Without them a registry may convert what it has, or say that it does not have it. */
export const MANIFEST_TYPES = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
	"application/vnd.docker.distribution.manifest.list.v2+json",
	"application/vnd.docker.distribution.manifest.v2+json",
].join(", ");

/** What a manifest names: its digest, and how many bytes it has. */
export interface Descriptor {
	readonly digest: Digest;
	readonly size: number;
}

/** An image's manifest, or an index of them. */
export interface Manifest {
	/** Of its bytes, proven. */
	readonly digest: Digest;
	/** Of an index: manifests. */
	readonly children: readonly Descriptor[];
	/** Of an image: its configuration and its layers, but for those that lie elsewhere on the net. */
	readonly blobs: readonly Descriptor[];
	/** Of itself. */
	readonly bytes: number;
}

/** Most bytes of a manifest. Source: Distribution, registry/handlers/manifests.go, maxManifestBodySize. */
const MAX_BYTES = 4 * 1024 * 1024;

const DIGEST = v.pipe(
	v.string(),
	v.rawTransform<string, Digest>(({ dataset, addIssue, NEVER }) => {
		const digest = parseDigest(dataset.value);
		if (digest !== undefined) return digest;
		addIssue({ message: "a digest" });
		return NEVER;
	}),
);

const DESCRIPTOR = v.object({
	digest: DIGEST,
	size: v.number(),
	mediaType: v.optional(v.string()),
	urls: v.optional(v.array(v.string())),
});

/** Source: OCI image specification, manifest.md and image-index.md; Docker's have the same fields. */
const MANIFEST = v.union([
	v.object({ config: DESCRIPTOR, layers: v.array(DESCRIPTOR) }),
	v.object({ manifests: v.array(DESCRIPTOR) }),
]);

/**
 * Gets a manifest by its tag or its digest, and proves its bytes: by that digest, or by the one that the registry says.
 * Rejects with a `ProbeError`.
 */
export async function fetchManifest(
	client: RegistryClient,
	repository: string,
	reference: string,
	{ signal }: Call = {},
): Promise<Manifest> {
	const what = `pull ${repository}${reference.includes(":") ? "@" : ":"}${reference} from ${client.name}`;
	const answer = await client.request({
		method: "GET",
		path: `/v2/${repository}/manifests/${reference}`,
		headers: { accept: MANIFEST_TYPES },
		scope: `repository:${repository}:pull`,
		signal,
	});
	if (answer.status !== 200) throw unexpected(answer, what);
	const { body, headers } = answer;
	const fail = (reason: string) => new ProbeError("unproven", what, reason);
	if (body.length > MAX_BYTES)
		throw fail(`its manifest has ${body.length} bytes`);
	const expected = parseDigest(
		reference.includes(":")
			? reference
			: String(headers["docker-content-digest"] ?? ""),
	);
	if (expected === undefined)
		throw fail("the registry does not say which digest its manifest has");
	const { algorithm } = expected;
	const digest = {
		algorithm,
		hex: createHash(algorithm).update(body).digest("hex"),
	};
	if (digest.hex !== expected.hex)
		throw fail(
			`its manifest should have the digest ${formatDigest(expected)}, and has ${formatDigest(digest)}`,
		);
	const parsed = v.safeParse(MANIFEST, jsonIn(body));
	if (!parsed.success)
		throw fail("what came is no manifest of an image or of several");
	return { digest, bytes: body.length, ...namedBy(parsed.output) };
}

function namedBy(
	manifest: v.InferOutput<typeof MANIFEST>,
): Pick<Manifest, "children" | "blobs"> {
	if ("manifests" in manifest)
		return { children: manifest.manifests, blobs: [] };
	const layers = manifest.layers.filter((layer) => !isForeign(layer));
	return { children: [], blobs: [manifest.config, ...layers] };
}

/** Layers of Windows may be Microsoft's to give, and lie with them. */
function isForeign({
	mediaType = "",
	urls = [],
}: v.InferOutput<typeof DESCRIPTOR>): boolean {
	return urls.length > 0 && /foreign|nondistributable/.test(mediaType);
}
