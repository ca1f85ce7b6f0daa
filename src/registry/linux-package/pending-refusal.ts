import { RegistryError } from "../registry-error.ts";
import type { PackageNode } from "./linux-package-node.ts";
import type { PackageState } from "./package-state.ts";
import { pendingChanges } from "./pending.ts";

/** How many settings are named; who needs more asks GitLab. */
const MOST_NAMED = 8;

/** What a block of ours may have changed, in what show-config prints of old versions and new ones. */
const OURS = ["registry", "gitlab.registry"].flatMap((registry) => [
	`${registry}.storage`,
	`${registry}.database.enabled`,
]);

/**
 * Throws a `RegistryError` (`refused`) when a reconfigure would bring into force what has nothing to do with us: a
 * maintenance window is no time for somebody else's half-finished change. `isAccepted`: it is a note instead.
 */
export function requireNothingPending(
	{ host, file, gitlabCtl }: PackageNode,
	state: PackageState,
	isAccepted: boolean,
): readonly string[] {
	const isOurs = state.outline.begins.length > 0 || state.isBlockGone;
	const pending = pendingChanges({
		...state.last,
		configuration: state.configuration,
		changedAt: state.isAsWritten ? undefined : state.file.lastModified,
		ours: isOurs ? OURS : [],
	});
	if (pending.length === 0) return [];
	const named = pending.slice(0, MOST_NAMED).join(", ");
	const more =
		pending.length > MOST_NAMED
			? ` and ${pending.length - MOST_NAMED} more`
			: "";
	const what = `${file} on ${host.name} has changes that no reconfigure has brought into force yet: ${named}${more}`;
	if (isAccepted) return [`${what}. They come into force with ours.`];
	throw new RegistryError(
		"refused",
		`Cannot change the registry alone: ${what}. Nothing was changed.`,
		{
			suggestions: [
				`Run ${gitlabCtl} reconfigure there at a time when they may come into force, or take them back; then run this again.`,
				"Or accept that they come into force with ours.",
			],
		},
	);
}
