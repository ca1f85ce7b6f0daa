import { createHash } from "node:crypto";
import type { Content } from "./content.ts";

const ROOT = "docker/registry/v2/";
const LINK = /^([a-z0-9]+):([0-9a-f]{64,128})$/;
const TAG =
	/^docker\/registry\/v2\/repositories\/(.+?)\/_manifests\/tags\/([^/]+)\/current\/link$/;

/** What a target can be asked to have: what the source has. On a live registry that depends on the link that needs it. */
export interface SourceKeys {
	has(key: string, neededBy: string): boolean;
}

/**
 * Every breach of I1 at a target, one sentence each: a tag without its revision, its children, its layer links or
 * their blobs, and any link without its blob, where the source has what is missing. It knows the paths by heart and
 * uses nothing of the product, so that it cannot share the product's mistakes.
 */
export function closureBreaches(
	target: Content,
	source: SourceKeys,
): readonly string[] {
	const breaches: string[] = [];
	for (const [key, content] of target) {
		if (key.startsWith(`${ROOT}blobs/`) && !isProven(key, content))
			breaches.push(`${key} does not hash to its name`);
		if (!key.startsWith(`${ROOT}repositories/`) || !key.endsWith("/link"))
			continue;
		const digest = content.toString();
		if (!LINK.test(digest)) {
			breaches.push(`${key} holds "${digest}"`);
			continue;
		}
		const repository = TAG.exec(key)?.[1];
		const needed =
			repository === undefined
				? [blobAt(digest)]
				: neededByManifest(target, source, repository, digest, key);
		for (const other of needed) {
			if (!target.has(other) && source.has(other, key))
				breaches.push(`${key} needs ${other}`);
		}
	}
	return breaches;
}

/** What must be there for a manifest to be pulled, itself included. */
function neededByManifest(
	target: Content,
	source: SourceKeys,
	repository: string,
	digest: string,
	tag: string,
): readonly string[] {
	const home = `${ROOT}repositories/${repository}/`;
	const revision = `${home}_manifests/revisions/${digest.replace(":", "/")}/link`;
	const needed = [revision, blobAt(digest)];
	const manifest = target.get(blobAt(digest));
	if (manifest === undefined) return needed;
	const { manifests = [], layers = [], config } = parse(manifest);
	for (const child of manifests) {
		const digests = [repository, child.digest, tag] as const;
		needed.push(...neededByManifest(target, source, ...digests));
	}
	for (const layer of config === undefined ? layers : [...layers, config]) {
		needed.push(`${home}_layers/${layer.digest.replace(":", "/")}/link`);
		needed.push(blobAt(layer.digest));
	}
	return needed;
}

/** Bytes that were hashed already, by their key's name. */
const PROVEN = new WeakSet<Buffer>();

function isProven(key: string, content: Buffer): boolean {
	if (PROVEN.has(content)) return true;
	const [algorithm = "", , hex] = key.slice(ROOT.length + 6).split("/");
	if (createHash(algorithm).update(content).digest("hex") !== hex) return false;
	PROVEN.add(content);
	return true;
}

interface Manifest {
	readonly manifests?: readonly { readonly digest: string }[];
	readonly layers?: readonly { readonly digest: string }[];
	readonly config?: { readonly digest: string };
}

function parse(manifest: Buffer): Manifest {
	return JSON.parse(manifest.toString());
}

function blobAt(digest: string): string {
	const [algorithm = "", hex = ""] = digest.split(":");
	return `${ROOT}blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
}
