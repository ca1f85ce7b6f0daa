import type { DeleteCounts } from "../../sync/delete-plan.ts";
import type { SyncResult } from "../../sync/events.ts";
import { formatBytes, formatObjects } from "../format.ts";

/** What is or would be deleted, by its kinds, for a sentence; there is at least one object. */
export function deletedKinds(counts: DeleteCounts): string {
	const { tags, links, blobs, namedBlobs, objects } = counts;
	const others = objects - tags - links - blobs;
	const shares = [
		[tags, "tag"],
		[links, "other link"],
		[blobs - namedBlobs, "blob that no link names", "blobs that no link names"],
		[namedBlobs, "blob that a link names", "blobs that links name"],
		[others, "other object"],
	] as const;
	const list = shares
		.filter(([count]) => count > 0)
		.map(([count, ...names]) => formatObjects(count, ...names));
	return new Intl.ListFormat("en-GB").format(list);
}

/** What a pass deleted, or would delete, and what became of the plan in a file, if there is one. */
export function deleteLines(
	{ deleted, deletePlan, unreadable, isOutOfTime }: SyncResult,
	{
		isDryRun,
		planPath,
	}: { readonly isDryRun: boolean; readonly planPath?: string | undefined },
): readonly string[] {
	const lines: string[] = [];
	if (deleted.objects > 0) {
		const kinds =
			deletePlan?.objects === deleted.objects
				? `: ${deletedKinds(deletePlan)}`
				: "";
		lines.push(
			`${isDryRun ? "Would delete" : "Deleted"} ${formatObjects(deleted.objects)} (${formatBytes(deleted.bytes)}) that the source does not have${kinds}.`,
		);
	}
	if (planPath === undefined) return lines;
	if (deletePlan === undefined) {
		if (isDryRun)
			lines.push(
				unreadable === 0 && isOutOfTime
					? "No delete plan was written, because it was time to end before all was read."
					: `No delete plan was written, because ${formatObjects(unreadable, "place")} could not be read.`,
			);
		return lines;
	}
	const { objects, beyondPlan, pushedAgain } = deletePlan;
	if (isDryRun)
		lines.push(
			`The delete plan is in ${planPath}: ${formatObjects(objects)}. When you have looked at it, --delete --delete-plan ${planPath} carries it out.`,
		);
	if (beyondPlan > 0)
		lines.push(`Not in the delete plan: ${formatObjects(beyondPlan)}.`);
	if (pushedAgain > 0)
		lines.push(
			`Of the delete plan, ${formatObjects(pushedAgain)} stay: the source has them again.`,
		);
	return lines;
}
