import { createHash } from "node:crypto";
import type { Content } from "./content.ts";

const ROOT = "docker/registry/v2/";
const LINK = /^([a-z0-9]+):([0-9a-f]{64,128})$/;
const TAG =
	/^docker\/registry\/v2\/repositories\/(.+?)\/_manifests\/tags\/([^/]+)\/current\/link$/;

/**
 * Every breach of I1 at a target, one sentence each: a tag without its revision, its children, its layer links or
 * their blobs, and any link without its blob, where the source has what is missing. It knows the paths by heart and
 * uses nothing of the product, so that it cannot share the product's mistakes.
 */
export function closureBreaches(
	target: Content,
	source: { has(key: string): boolean },
): readonly string[] {
	const breaches: string[] = [];
	const need = (key: string, from: string) => {
		if (!target.has(key) && source.has(key))
			breaches.push(`${from} needs ${key}`);
	};
	const follow = (repository: string, digest: string, from: string) => {
		const home = `${ROOT}repositories/${repository}/`;
		need(`${home}_manifests/revisions/${digest.replace(":", "/")}/link`, from);
		const manifest = target.get(blobAt(digest));
		if (manifest === undefined) return;
		const { manifests = [], layers = [], config } = parse(manifest);
		for (const child of manifests)
			follow(repository, child.digest, `${from} > ${digest}`);
		for (const layer of config === undefined ? layers : [...layers, config]) {
			const directory = layer.digest.replace(":", "/");
			need(`${home}_layers/${directory}/link`, `${from} > ${digest}`);
			need(blobAt(layer.digest), `${from} > ${digest}`);
		}
	};
	for (const [key, content] of target) {
		if (key.startsWith(`${ROOT}blobs/`)) {
			const [algorithm = "", , hex] = key.slice(ROOT.length + 6).split("/");
			if (createHash(algorithm).update(content).digest("hex") !== hex)
				breaches.push(`${key} does not hash to its name`);
		}
		if (!key.startsWith(`${ROOT}repositories/`) || !key.endsWith("/link"))
			continue;
		const digest = content.toString();
		if (!LINK.test(digest)) breaches.push(`${key} holds "${digest}"`);
		else need(blobAt(digest), key);
		const repository = TAG.exec(key)?.[1];
		if (repository !== undefined) follow(repository, digest, key);
	}
	return breaches;
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
