import { type Digest, isWellFormed } from "./digest.ts";

/**
 * The one drawing of a registry's storage. Distribution 2.8 to 3.x and GitLab's fork write the same tree; GitLab adds
 * the lock files. `<alg>` is an algorithm, `<hex>` a value, `<hh>` its first two digits; `<name>` is one or more
 * components of which none begins with `_`.
 *
 * ```
 * docker/registry/
 *   lockfiles/<lock>                                                     lock       which metadata is in force
 *   v2/
 *     blobs/<alg>/<hh>/<hex>/data                                        blob       content, named by its digest
 *     repositories/<name>/
 *       _layers/<alg>/<hex>/link                                         layer      the repository may read the blob
 *       _manifests/
 *         revisions/<alg>/<hex>/link                                     revision   the repository has the manifest
 *         revisions/<alg>/<hex>/signatures/<alg>/<hex>/link              signature  of old manifests (schema 1)
 *         tags/<tag>/index/<alg>/<hex>/link                              index      what the tag has ever named
 *         tags/<tag>/current/link                                        current    what the tag names: it alone moves
 *       _uploads/…                                                       half-finished pushes
 * ```
 *
 * Source: registry/storage/paths.go of distribution/distribution; lock files: registry/storage/locks.go of GitLab's.
 */
export type RegistryKey =
	| { readonly kind: "lock"; readonly name: string }
	| { readonly kind: "blob"; readonly digest: Digest }
	| {
			readonly kind: "layer";
			readonly repository: string;
			readonly digest: Digest;
	  }
	| {
			readonly kind: "revision";
			readonly repository: string;
			readonly digest: Digest;
	  }
	| {
			readonly kind: "signature";
			readonly repository: string;
			readonly revision: Digest;
			readonly digest: Digest;
	  }
	| {
			readonly kind: "index";
			readonly repository: string;
			readonly tag: string;
			readonly digest: Digest;
	  }
	| {
			readonly kind: "current";
			readonly repository: string;
			readonly tag: string;
	  };

/** What a key can be: one of the drawing's kinds, or `other`: inside the registry's prefix but none of them. */
export type Kind = RegistryKey["kind"] | "other";

/** Everything of a registry is below this prefix; all else in a store is not its. */
export const REGISTRY_PREFIX = "docker/registry/";
export const LOCKS_PREFIX = `${REGISTRY_PREFIX}lockfiles/`;
export const VERSION_PREFIX = `${REGISTRY_PREFIX}v2/`;
export const BLOBS_PREFIX = `${VERSION_PREFIX}blobs/`;
export const REPOSITORIES_PREFIX = `${VERSION_PREFIX}repositories/`;

/** The key of a well-formed object of a registry. */
export function formatKey(key: RegistryKey): string {
	switch (key.kind) {
		case "lock":
			return `${LOCKS_PREFIX}${key.name}`;
		case "blob":
			return blobKey(key.digest);
		case "layer":
			return `${REPOSITORIES_PREFIX}${key.repository}/_layers/${directory(key.digest)}/link`;
		case "revision":
			return `${revisionPrefix(key.repository, key.digest)}link`;
		case "signature":
			return `${revisionPrefix(key.repository, key.revision)}signatures/${directory(key.digest)}/link`;
		case "index":
			return `${tagPrefix(key.repository, key.tag)}index/${directory(key.digest)}/link`;
		case "current":
			return `${tagPrefix(key.repository, key.tag)}current/link`;
		default:
			return key satisfies never;
	}
}

/** The key of the blob with this digest. */
export function blobKey({ algorithm, hex }: Digest): string {
	return `${BLOBS_PREFIX}${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
}

/** What a key is; `undefined` for one that is not in the drawing. The inverse of `formatKey`. */
export function parseKey(key: string): RegistryKey | undefined {
	if (key.startsWith(BLOBS_PREFIX)) return parseBlob(key);
	if (key.startsWith(REPOSITORIES_PREFIX)) return parseRepositoryKey(key);
	if (!key.startsWith(LOCKS_PREFIX)) return undefined;
	const name = key.slice(LOCKS_PREFIX.length);
	return name === "" || name.includes("/") ? undefined : { kind: "lock", name };
}

/** The kind of any key. */
export function kindOf(key: string): Kind {
	return parseKey(key)?.kind ?? "other";
}

/** The repository that a key belongs to, also when it is none of the drawing's kinds there. */
export function repositoryOf(key: string): string | undefined {
	if (!key.startsWith(REPOSITORIES_PREFIX)) return undefined;
	const end = sectionStart(key);
	return end === -1 ? undefined : key.slice(REPOSITORIES_PREFIX.length, end);
}

/**
 * Where in a key below `repositories/` the "/" before the first component that begins with `_` is; -1 when there is
 * none, or no name before it.
 */
function sectionStart(key: string): number {
	const index = key.indexOf("/_", REPOSITORIES_PREFIX.length - 1);
	return index > REPOSITORIES_PREFIX.length ? index : -1;
}

function parseBlob(key: string): RegistryKey | undefined {
	const [algorithm, shard, hex, leaf, ...rest] = key
		.slice(BLOBS_PREFIX.length)
		.split("/");
	if (leaf !== "data" || rest.length > 0) return undefined;
	const digest = digestOf(algorithm, hex);
	return digest === undefined || shard !== digest.hex.slice(0, 2)
		? undefined
		: { kind: "blob", digest };
}

function parseRepositoryKey(key: string): RegistryKey | undefined {
	const end = sectionStart(key);
	if (end === -1 || !key.endsWith("/link")) return undefined;
	const repository = key.slice(REPOSITORIES_PREFIX.length, end);
	const [section, ...rest] = key.slice(end + 1, -"/link".length).split("/");
	if (section === "_layers") {
		const digest = rest.length === 2 ? digestOf(rest[0], rest[1]) : undefined;
		return digest && { kind: "layer", repository, digest };
	}
	if (section !== "_manifests") return undefined;
	return rest[0] === "revisions"
		? parseRevision(repository, rest)
		: parseTag(repository, rest);
}

function parseRevision(
	repository: string,
	path: readonly string[],
): RegistryKey | undefined {
	const revision = digestOf(path[1], path[2]);
	if (revision === undefined) return undefined;
	if (path.length === 3)
		return { kind: "revision", repository, digest: revision };
	const digest =
		path.length === 6 && path[3] === "signatures"
			? digestOf(path[4], path[5])
			: undefined;
	return digest && { kind: "signature", repository, revision, digest };
}

function parseTag(
	repository: string,
	[section, tag, what, ...rest]: readonly string[],
): RegistryKey | undefined {
	if (section !== "tags" || tag === undefined || tag === "") return undefined;
	if (what === "current" && rest.length === 0)
		return { kind: "current", repository, tag };
	const digest =
		what === "index" && rest.length === 2
			? digestOf(rest[0], rest[1])
			: undefined;
	return digest && { kind: "index", repository, tag, digest };
}

function digestOf(
	algorithm: string | undefined,
	hex: string | undefined,
): Digest | undefined {
	if (algorithm === undefined || algorithm === "" || hex === undefined)
		return undefined;
	const digest = { algorithm, hex };
	return isWellFormed(digest) ? digest : undefined;
}

function directory({ algorithm, hex }: Digest): string {
	return `${algorithm}/${hex}`;
}

function revisionPrefix(repository: string, digest: Digest): string {
	return `${REPOSITORIES_PREFIX}${repository}/_manifests/revisions/${directory(digest)}/`;
}

function tagPrefix(repository: string, tag: string): string {
	return `${REPOSITORIES_PREFIX}${repository}/_manifests/tags/${tag}/`;
}
