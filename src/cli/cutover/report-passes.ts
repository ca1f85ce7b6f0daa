import type { CourseReport } from "../../cutover/told/course-report.ts";
import { formatBytes, formatObjects } from "../format.ts";
import { clock } from "./moment.ts";

/** What was copied, deleted and verified, each with its time of day (UTC), in the order of what it is. */
export function passItems({
	deletes,
	passes,
	verified,
	served,
	flushed,
}: CourseReport): readonly (readonly [string, string])[] {
	return [
		...passes.map(({ at, kind, result }) => {
			const { scanned, copied, deleted, failed, heldBack, damage } = result;
			const broken = damage.corrupt + damage.malformed + damage.dangling;
			return [
				`${clock(at)} ${kind} pass`,
				[
					`${formatObjects(scanned.objects)} looked at`,
					`${formatObjects(copied.objects)} copied (${formatBytes(copied.bytes)})`,
					`${formatObjects(deleted.objects)} deleted`,
					...(failed > 0 ? [`${failed} failed`] : []),
					...(heldBack > 0 ? [`${heldBack} held back`] : []),
					...(broken > 0 ? [`${broken} broken in the source`] : []),
				].join(", "),
			] as const;
		}),
		...(deletes === undefined
			? []
			: [
					[
						`${clock(deletes.at)} to delete`,
						`${formatObjects(deletes.counts.objects)}: ${formatObjects(deletes.counts.tags, "tag")}, ${formatObjects(deletes.counts.links, "other link")}, ${formatObjects(deletes.counts.blobs, "blob")}; named in ${deletes.path}`,
					] as const,
				]),
		...verified.map(
			({ at, objects, isWhole }) =>
				[
					`${clock(at)} verified`,
					`${formatObjects(objects)}${isWhole ? ", all that there are" : " that were changed"}`,
				] as const,
		),
		...served.map(
			({ at, node, hosts }) =>
				[
					`${clock(at)} canary`,
					`served by ${node}${hosts.length === 0 ? "" : `, blobs from ${hosts.join(", ")}`}`,
				] as const,
		),
		...flushed.map(
			({ at, address, keys }) =>
				[
					`${clock(at)} Redis`,
					`${formatObjects(keys, "key")} deleted at ${address}`,
				] as const,
		),
	];
}
