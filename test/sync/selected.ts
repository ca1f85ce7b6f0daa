import type { Content } from "./content.ts";

const ROOT = "docker/registry/v2/";
const LOCKS = "docker/registry/lockfiles/";

/**
 * What a target is to hold of these repositories: all that is theirs, the blobs that their links name, and the lock
 * files. It knows the paths by heart, so that it cannot share the product's mistakes.
 */
export function wanted(
	registry: Content,
	repositories: readonly string[],
): Content {
	const selected = new Map(
		[...registry].filter(
			([key]) => key.startsWith(LOCKS) || isOf(repositories, key),
		),
	);
	for (const [key, content] of [...selected]) {
		if (!key.endsWith("/link")) continue;
		const [algorithm = "", hex = ""] = content.toString().split(":");
		const blob = `${ROOT}blobs/${algorithm}/${hex.slice(0, 2)}/${hex}/data`;
		const bytes = registry.get(blob);
		if (bytes !== undefined) selected.set(blob, bytes);
	}
	return selected;
}

/** Whether a key is one of these repositories'. */
export function isOf(repositories: readonly string[], key: string): boolean {
	return repositories.some((name) =>
		key.startsWith(`${ROOT}repositories/${name}/_`),
	);
}
