import { isDeepStrictEqual } from "node:util";
import { isMap } from "../configuration-yaml.ts";
import { mapOf, type Tree } from "../tree.ts";

/** What is known of a node before it is changed. */
export interface Evidence {
	/** What the next reconfigure would configure. */
	readonly configuration: Tree;
	/** What the last one did (`normal` of its node); `undefined`: it is not known. */
	readonly inForce: Tree | undefined;
	/** When somebody else changed `gitlab.rb` last (ms since 1970); `undefined`: nobody has since we wrote it. */
	readonly changedAt: number | undefined;
	/** When a reconfigure last succeeded; `undefined`: never. */
	readonly reconfiguredAt: number | undefined;
	/** Names, with their parents' before a dot, whose changes are ours. */
	readonly ours: readonly string[];
}

/** Set while a reconfigure runs, by no file. Source: `node.normal` in the cookbooks of omnibus-gitlab. */
const SET_BY_RECIPES =
	/^(tags|run_list|recipes|package\.|acme\.|gitlab_pages\.|gitlab-pages\.|.*\.registry_key_path$|.*\benable$)/;

/**
 * What a reconfigure would change beside what we ask for: names of settings, never values (I7).
 *
 * | last reconfigure | settings differ  | file changed since | pending                                          |
 * | ---------------- | ---------------- | ------------------ | ------------------------------------------------ |
 * | known            | new or changed   | -                  | these                                            |
 * | known            | only gone        | yes                | these, but for what recipes set                  |
 * | known            | only gone        | no                 | nothing: they come from recipes, not from files  |
 * | known            | no               | -                  | nothing: comments, or our own                    |
 * | unknown          | -                | no                 | nothing                                          |
 * | unknown          | -                | yes                | unknown                                          |
 */
export function pendingChanges(
	evidence: Evidence,
): readonly string[] | "unknown" {
	const { configuration, inForce, changedAt, reconfiguredAt, ours } = evidence;
	const isChangedSince =
		changedAt !== undefined &&
		(reconfiguredAt === undefined || changedAt > reconfiguredAt);
	if (inForce === undefined) return isChangedSince ? "unknown" : [];
	const isOurs = (name: string) =>
		ours.some((own) => name === own || name.startsWith(`${own}.`));
	const { changed, gone } = differences(inForce, configuration);
	const removed = gone.filter((name) => !SET_BY_RECIPES.test(name));
	return [...changed, ...(isChangedSince ? removed : [])].filter(
		(name) => !isOurs(name),
	);
}

/** Names of settings that two configurations have differently. Lists are compared as a whole. */
export function differences(
	before: Tree,
	after: Tree,
	parent = "",
): { readonly changed: readonly string[]; readonly gone: readonly string[] } {
	const changed: string[] = [];
	const gone: string[] = [];
	for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
		const [one, other] = [before[name], after[name]];
		const path = `${parent}${name}`;
		if (isMap(one) || isMap(other)) {
			const inner = differences(mapOf(one), mapOf(other), `${path}.`);
			changed.push(...inner.changed);
			gone.push(...inner.gone);
		} else if (other === undefined || other === null) {
			if (one !== undefined && one !== null) gone.push(path);
		} else if (!isDeepStrictEqual(one, other)) changed.push(path);
	}
	return { changed, gone };
}
