/**
 * What a registry has in Redis. `descriptor`: what it remembers of blobs. `registry`: something else of its own, that is
 * left alone. `other`: somebody else's, or what cannot be told from that.
 */
export type KeyKind = "descriptor" | "registry" | "other";

/**
 * Under which names Distribution and GitLab's registry remember blobs, as SCAN matches them. None of them ever expires.
 * Source: registry/storage/cache/redis/redis.go of Distribution 2.8 and 3.1, and of GitLab's registry.
 */
export const DESCRIPTOR_PATTERNS = [
	"blobs::*",
	"repository::*::blobs",
	"repository::*::blobs::*",
] as const;

const DIGEST = "[a-z0-9]+(?:[+._-][a-z0-9]+)*:[0-9a-f]{32,}";

/** A blob; the blobs of a repository; a blob in a repository. */
const DESCRIPTOR = new RegExp(
	`^(?:blobs::${DIGEST}|repository::[^:]+::blobs(?:::${DIGEST})?)$`,
);

/**
 * Leases, metadata and limits of GitLab's registry. Source: registry/datastore/{repository,projectlease,repositorylease}.go
 * of GitLab's registry, and its docs-gitlab/redis-dev-guidelines.md.
 */
const REGISTRY = /^registry:[a-z]+:/;

/** Whose a key is. */
export function keyKind(key: string): KeyKind {
	if (DESCRIPTOR.test(key)) return "descriptor";
	return REGISTRY.test(key) ? "registry" : "other";
}
