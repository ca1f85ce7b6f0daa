import { createHash } from "node:crypto";
import { pseudoRandomBytes } from "../../scripts/sample-registry/content.ts";
import { sampleRepository } from "../../scripts/sample-registry/names.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { treeWriter } from "../../scripts/sample-registry/tree-writer.ts";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import { formatKey } from "../../src/layout/paths.ts";

/** Tags that clients can push, and that a store might mistake. Source: OCI distribution specification, "Pulling manifests". */
const ODD_TAGS = [
	"_",
	"0",
	"1.0",
	"v1..2",
	"v1.",
	"v1-",
	"V1",
	"current",
	"index",
	"link",
	"sha256",
	"_layers",
	"x".repeat(128),
];

/** Of a layer that goes up in parts on every store (bytes). */
const LARGE_BYTES = 20_000_000;

/** Keys that no registry writes, which are copied as they are. */
const UNKNOWN = [
	"docker/registry/v2/repositories/odd/_meta/a b+c%20d'é\u0301&=?#~(1).txt",
	"docker/registry/v2/repositories/odd/_meta/日本/🙂",
	"docker/registry/notes",
];

/**
 * Writes a registry in which there is all that is sound and odd: images for several platforms, a layer of 20 MB, one
 * without a byte, links by SHA-512, a link whose blob is gone, tags with odd names, a repository without images, a lock
 * file, and keys that no registry knows. Nothing is in it that is not copied.
 */
export function writeOddRegistry(root: string): void {
	writeSampleRegistry(root, {
		repositories: 3,
		tagsPerRepository: 2,
		layersPerTag: 3,
		sharedLayersPerTag: 1,
		multiPlatformEvery: 1,
		extras: ["dangling-layer", "lock"],
	});
	const tree = treeWriter(root, undefined);
	const blob = (content: Buffer): Digest => {
		const digest = sha(256, content);
		tree.writeBlob(digest, content);
		return digest;
	};
	const repository = sampleRepository(0);
	const large = pseudoRandomBytes("large", LARGE_BYTES);
	const layer = blob(large);
	tree.writeLink({ kind: "layer", repository, digest: layer }, layer);
	// The registry stores such a layer once, under SHA-256, and that is what the link says.
	tree.writeLink({ kind: "layer", repository, digest: sha(512, large) }, layer);
	const nothing = blob(Buffer.alloc(0));
	const empty = "empty/without-images";
	tree.writeLink(
		{ kind: "layer", repository: empty, digest: nothing },
		nothing,
	);
	const manifest = blob(Buffer.from('{"schemaVersion":2}'));
	const odd = "odd";
	tree.writeLink(
		{ kind: "revision", repository: odd, digest: manifest },
		manifest,
	);
	for (const tag of ODD_TAGS) {
		tree.writeLink(
			{ kind: "index", repository: odd, tag, digest: manifest },
			manifest,
		);
		tree.writeLink({ kind: "current", repository: odd, tag }, manifest);
	}
	for (const key of UNKNOWN) tree.writeFile(key, `what is under ${key}`);
	// A link that is longer than those by SHA-256.
	const bySha512 = sha(512, "by SHA-512");
	tree.writeFile(
		formatKey({ kind: "layer", repository: odd, digest: bySha512 }),
		formatDigest(bySha512),
	);
}

function sha(bits: 256 | 512, content: string | Buffer): Digest {
	const algorithm = `sha${bits}`;
	return {
		algorithm,
		hex: createHash(algorithm).update(content).digest("hex"),
	};
}
