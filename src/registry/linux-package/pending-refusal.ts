import { RegistryError } from "../registry-error.ts";
import type { Tree } from "../tree.ts";
import type { PackageNode } from "./package-node.ts";
import type { PackageState } from "./package-state.ts";
import { pendingChanges } from "./pending.ts";

/** How many settings are named; who needs more asks GitLab. */
const MOST_NAMED = 8;

/** What a block of ours may have changed, in what show-config prints of old versions and new ones. */
const OURS = ["registry", "gitlab.registry"].flatMap((registry) => [
	`${registry}.storage`,
	`${registry}.database.enabled`,
	`${registry}.gc.disabled`,
]);

/**
 * Throws a `RegistryError` (`refused`) when a reconfigure would bring into force what has nothing to do with us: a
 * maintenance window is no time for somebody else's half-finished change. Where it is accepted, it is a note instead.
 */
export function requireNothingPending(
	{ host, file, gitlabCtl, acceptPending }: PackageNode,
	state: PackageState,
	configuration: Tree,
): readonly string[] {
	const what = pendingSentence(file, host.name, state, configuration);
	if (what === undefined) return [];
	if (acceptPending) return [`${what}. That comes into force with ours.`];
	throw new RegistryError(
		"refused",
		`Cannot change the registry alone: ${what}. Nothing was changed`,
		{
			suggestions: [
				`Run ${gitlabCtl} reconfigure there at a time when that may come into force, or take it back; then run this again.`,
				"Or accept that it comes into force with ours: --accept-pending.",
			],
		},
	);
}

/** What is pending, without the full stop; `undefined`: nothing. */
function pendingSentence(
	file: string,
	host: string,
	state: PackageState,
	configuration: Tree,
): string | undefined {
	const { outline, isBlockGone, isAsWritten, last } = state;
	if (last.isUpgraded)
		return `the GitLab package on ${host} was upgraded, and no reconfigure has brought that into force yet`;
	const isOurs = outline.begins.length > 0 || isBlockGone;
	const pending = pendingChanges({
		...last,
		configuration,
		changedAt: isAsWritten ? undefined : state.file.lastModified,
		ours: isOurs ? OURS : [],
	});
	if (pending === "unknown") {
		const when =
			last.reconfiguredAt === undefined
				? "and no reconfigure ever succeeded there"
				: `after the last reconfigure that succeeded (${isoOf(last.reconfiguredAt)})`;
		return `${file} on ${host} was changed (${isoOf(state.file.lastModified)}) ${when}`;
	}
	if (pending.length === 0) return undefined;
	const named = pending.slice(0, MOST_NAMED).join(", ");
	const more = pending.length - MOST_NAMED;
	return `${file} on ${host} has changes that no reconfigure has brought into force yet: ${named}${more > 0 ? ` and ${more} more` : ""}`;
}

function isoOf(time: number): string {
	return new Date(time).toISOString();
}
