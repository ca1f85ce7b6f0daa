import { LOCKS_PREFIX } from "../layout/paths.ts";
import type { ObjectStore } from "../store/object-store.ts";
import type { Call } from "./course/step.ts";
import { CutoverError } from "./cutover-error.ts";

/** The names of the lock files in a storage, in order. Rejects where they cannot be listed (I2). */
export async function lockNames(
	store: ObjectStore,
	{ signal }: Call,
): Promise<readonly string[]> {
	const names: string[] = [];
	for await (const page of store.list({ prefix: LOCKS_PREFIX, signal })) {
		for (const { error } of page.unreadable) throw error;
		names.push(
			...page.objects.map(({ key }) => key.slice(LOCKS_PREFIX.length)),
		);
	}
	return names;
}

/**
 * Rejects with a `CutoverError` unless the target has the lock files that the source has: GitLab's registry does not start
 * with another pair, or takes the storage for a new one.
 */
export async function requireSameLocks(
	{
		source,
		target,
	}: { readonly source: ObjectStore; readonly target: ObjectStore },
	call: Call,
): Promise<void> {
	const [one, other] = await Promise.all([
		lockNames(source, call),
		lockNames(target, call),
	]);
	if (one.join() === other.join()) return;
	const told = (names: readonly string[]) => names.join(" and ") || "none";
	throw new CutoverError(
		"unproven",
		`the lock files at ${target.url} are not those of the source (${told(other)} for ${told(one)}), and the registry might not start with them, or take the storage for a new one`,
		{ suggestions: ["Run sync again: it mirrors them."] },
	);
}
