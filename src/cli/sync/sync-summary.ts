import type { Partiality } from "../../layout/marker.ts";
import type { Damage, SyncResult } from "../../sync/events.ts";
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatObjects,
} from "../format.ts";
import type { Group } from "../groups.ts";
import { deleteLines } from "./delete-lines.ts";

/** What a summary says beside the counts. */
export interface SummaryDetails {
	readonly isDryRun: boolean;
	/** Whether what the source does not have was to be deleted. */
	readonly deletes: boolean;
	/** The file of a delete plan, if there is one. */
	readonly planPath?: string | undefined;
	readonly durationMs: number;
	/** Failures after which the pass gave up, where that is known. */
	readonly maxFailures?: number | undefined;
	readonly failures: readonly Group[];
	readonly unreadable: readonly Group[];
	readonly heldBack: readonly Group[];
	/** What is named of the damage; there may be more. */
	readonly damage: readonly Damage[];
}

/** What a pass came to, line by line; the last says what to do next. */
export function summaryLines(
	result: SyncResult,
	details: SummaryDetails,
): readonly string[] {
	const { copied, skipped, deletedLocks, extra, vanished } = result;
	const { isDryRun } = details;
	const lines = [
		`${isDryRun ? "Would copy" : "Copied"} ${formatObjects(copied.objects)} (${formatBytes(copied.bytes)}) in ${formatDuration(details.durationMs)}; ${formatObjects(skipped.objects)} (${formatBytes(skipped.bytes)}) already the same.`,
	];
	const { proven } = result;
	if (proven.objects > 0)
		lines.push(
			isDryRun
				? `Would read ${formatObjects(proven.objects, "blob")} (${formatBytes(proven.bytes)}) at the target that no pass has put there, to prove them.`
				: `Read ${formatObjects(proven.objects, "blob")} (${formatBytes(proven.bytes)}) at the target that no pass had put there, to prove them.`,
		);
	if (deletedLocks > 0)
		lines.push(
			`${isDryRun ? "Would remove" : "Removed"} ${formatObjects(deletedLocks, "stale lock file")} from the target.`,
		);
	lines.push(...deleteLines(result, details));
	if (extra > 0)
		lines.push(
			`At the target, and not ${result.unreadable > 0 ? "seen " : ""}in the source: ${formatObjects(extra)}; ${details.deletes ? whyNotDeleted(result) : "--delete deletes them."}`,
		);
	lines.push(...leftOutLines(result));
	if (vanished > 0)
		lines.push(
			`Gone from the source meanwhile: ${formatObjects(vanished)} (normal while the registry is in use).`,
		);
	lines.push(
		...groupLines(`Failed: ${formatObjects(result.failed)}`, details.failures),
		...groupLines(
			`Could not be read in the source: ${formatObjects(result.unreadable, "place")}`,
			details.unreadable,
		),
		...groupLines(
			`Held back, because something they need is not in place: ${formatObjects(result.heldBack, "link")}`,
			details.heldBack,
		),
		...damageLines(result.damage, details.damage),
	);
	if (result.leftovers > 0)
		lines.push(
			`Left behind by garbage collection: ${formatObjects(result.leftovers, "link")} to what is gone, copied as ${result.leftovers === 1 ? "it is" : "they are"}; no image needs ${result.leftovers === 1 ? "it" : "them"}.`,
		);
	if (result.isOutOfTime) lines.push("Stopped at the time that --until names.");
	else if (result.isStopped)
		lines.push(
			result.failed >= (details.maxFailures ?? Number.POSITIVE_INFINITY)
				? `Stopped early: ${formatObjects(result.failed)} failed, and --max-failures allows no more.`
				: "Stopped early: too much failed.",
		);
	lines.push(verdict(result, isDryRun));
	return lines;
}

/** What was not selected, and why blobs without a link were copied after all. */
function leftOutLines({ leftOut, partial }: SyncResult): readonly string[] {
	const { repositories, blobs, unmatched, isUnknown } = leftOut;
	const lines = unmatched.map(
		(pattern) => `No repository of the source matches --exclude '${pattern}'.`,
	);
	const garbage = `${formatObjects(blobs.objects, "blob")} (${formatBytes(blobs.bytes)})`;
	if (isUnknown)
		lines.push(
			"Blobs that no link names were not left out: some places could not be read, and what is there may name any of them.",
		);
	else if (partial === "repositories" && repositories > 0)
		lines.push(
			`Left out: ${formatObjects(repositories, "repository", "repositories")}, and ${garbage} that the selected ones do not name.`,
		);
	else if (blobs.objects > 0)
		lines.push(`Left out: ${garbage} that no link names.`);
	return lines;
}

/** Deleting comes last, and only where nothing is unknown or failed: otherwise a tag might lose what it needs. */
function whyNotDeleted(result: SyncResult): string {
	const { deleted, failed, heldBack, unreadable } = result;
	const causes = [
		[unreadable, "place", "could not be read"],
		[failed, "object", "failed"],
		[heldBack, "link", heldBack === 1 ? "was held back" : "were held back"],
	] as const;
	const told = causes
		.filter(([count]) => count > 0)
		.map(([count, name, what]) => `${formatObjects(count, name)} ${what}`);
	if (result.isOutOfTime) told.push("it was time to end");
	const why =
		told.length === 0
			? "the source, asked again, has them"
			: new Intl.ListFormat("en-GB").format(told);
	return deleted.objects === 0
		? `nothing was deleted, because ${why}.`
		: `not deleted, because ${why}.`;
}

function groupLines(
	title: string,
	groups: readonly Group[],
): readonly string[] {
	if (groups.length === 0) return [];
	const lines = groups.flatMap((group) => [
		`  ${describeGroup(group)}`,
		...group.suggestions.map((suggestion) => `    ${suggestion}`),
	]);
	return [title, ...lines];
}

/** One object by its key, several by what they share. */
function describeGroup({ cause, prefix, count, example }: Group): string {
	const why = cause === "" ? "" : `: ${cause}`;
	if (count === 1) return `${example}${why}`;
	const where = prefix === "" ? "elsewhere" : `below ${prefix}`;
	return `${formatCount(count)} ${where}${why}, such as ${example}`;
}

function damageLines(
	counts: SyncResult["damage"],
	named: readonly Damage[],
): readonly string[] {
	const kinds = Object.entries(counts).filter(([, count]) => count > 0);
	if (kinds.length === 0) return [];
	const total = kinds.reduce((sum, [, count]) => sum + count, 0);
	const shares = kinds.map(([kind, count]) => `${formatCount(count)} ${kind}`);
	const lines = [
		`Broken in the source already: ${formatObjects(total)} (${shares.join(", ")})`,
		...named.map(({ kind, key, found }) => `  ${kind}: ${key}: ${found}`),
	];
	if (total > named.length)
		lines.push(`  and ${formatObjects(total - named.length, "other")}`);
	return lines;
}

/**
 * | what happened                                | what to do                               |
 * | -------------------------------------------- | ---------------------------------------- |
 * | a dry run                                    | the run itself                           |
 * | it was time to end, and nothing else         | run it again                             |
 * | something failed, was unreadable, held back  | remove the cause, run it again           |
 * | all was copied, dangling links too           | push those images again, or delete them  |
 * | all was copied                               | nothing                                  |
 * | the same, but the target was not listed      | verify                                   |
 * | all but what is corrupt or malformed         | push those images again, or delete them  |
 *
 * Where the target is partial, what makes it whole is said at the end, too.
 */
function verdict(result: SyncResult, isDryRun: boolean): string {
	if (isDryRun)
		return "Nothing was changed (dry run). Blobs were not read: a real run also proves their content.";
	const verdict = completeness(result);
	return result.partial === undefined
		? verdict
		: `${verdict} ${PARTIAL[result.partial]}`;
}

/** What there is to say of a target that lacks what was left out. */
const PARTIAL: Readonly<Record<Partiality, string>> = {
	repositories:
		"The target is partial: a registry on it would lack what was left out; sync without --include and --exclude makes it whole.",
	unreferenced:
		"The target is partial: it lacks blobs that no link names, and that no image needs; sync without --skip-unreferenced makes it whole.",
};

function completeness(result: SyncResult): string {
	const { failed, heldBack, unreadable, isStopped } = result;
	if (result.isOutOfTime && failed + heldBack + unreadable === 0)
		return "The target is not complete yet: run the same command again to go on where this pass stopped. What was copied is not copied twice.";
	if (failed + heldBack + unreadable > 0 || isStopped)
		return "The target is not complete: remove the causes above and run the same command again. What was copied is not copied twice.";
	const { damage, partial } = result;
	if (!result.isComplete)
		return "All that can be copied was copied. Corrupt blobs and malformed links stayed out of the target: push those images again, or delete them.";
	const what = partial === undefined ? "the source has" : "was selected";
	const all = result.isTargetListed
		? `The target has all that ${what}.`
		: `The target has all that ${what}, unless somebody else has changed it since regmigrate wrote it: verify tells, and --relist mends it.`;
	return damage.dangling > 0
		? `${all} Dangling links were copied as they are, and what needs their blobs is as broken there as in the source: push those images again, or delete them.`
		: all;
}
