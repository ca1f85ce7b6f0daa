import type { GarbageResult } from "../../registry/collector/collect-garbage.ts";
import type { Collection } from "../../registry/collector/collection.ts";
import type { GarbageEvent } from "../../registry/collector/garbage-event.ts";
import type { CollectionPlan } from "../../registry/collector/plan-collection.ts";
import { formatBytes, formatCount, printable } from "../format.ts";
import { eventLine } from "./readonly-view.ts";

/** What will be run, and what the operator should know before. */
export function collectionPlanLines({
	collector,
	notes,
	remembered,
}: CollectionPlan): readonly string[] {
	return [
		`${collector.host.name}: run ${printable(collector.shown)}`,
		...(remembered === undefined
			? []
			: [
					`Redis at ${remembered.address}, database ${remembered.database}: delete what the registry remembers of blobs, ${formatCount(remembered.keys)} keys`,
				]),
		...notes.map((note) => `Note: ${printable(note)}`),
	];
}

/** An event as a line; `undefined`: nothing to say. */
export function garbageLine(event: GarbageEvent): string | undefined {
	switch (event.type) {
		case "collecting":
			return `Collecting: ${printable(event.command)}`;
		case "collected":
			return undefined;
		case "collector-ended":
			return `The collector has ended: ${printable(event.reason)}`;
		case "flushed":
			return `Redis at ${event.result.address}: ${formatCount(event.result.keys)} keys deleted`;
		default:
			return eventLine(event);
	}
}

/** What the collector said, in short. */
export function collectionLines(
	{ marked, blobs, manifests, layerLinks, bytes, examples }: Collection,
	isDryRun: boolean,
): readonly string[] {
	const counted = (count: number, one: string, many: string) =>
		`${formatCount(count)} ${count === 1 ? one : many}`;
	const also = [
		...(manifests === 0 ? [] : [counted(manifests, "manifest", "manifests")]),
		...(layerLinks === 0
			? []
			: [counted(layerLinks, "link of a layer", "links of layers")]),
	].map((what) => `, and ${what}`);
	const size = bytes === undefined ? "" : ` (${formatBytes(bytes)})`;
	return [
		`${counted(blobs, "blob", "blobs")}${size} ${isDryRun ? "would be deleted" : "deleted"}${also.join("")}${marked === undefined ? "" : `; ${formatCount(marked)} needed`}.`,
		...examples.map((digest) => `  ${digest}`),
		...(examples.length < blobs ? ["  …"] : []),
	];
}

/** How it ended. */
export function garbageLines({
	collection,
	flushed,
	nodes,
}: GarbageResult): readonly string[] {
	const namesIn = (state: string) =>
		nodes.filter((node) => node.state === state).map(({ name }) => name);
	const writable = namesIn("writable");
	const readOnly = namesIn("read-only");
	return [
		...collectionLines(collection, false),
		...(flushed !== undefined && "failed" in flushed
			? [`${printable(flushed.failed)}.`]
			: []),
		...(writable.length === 0
			? []
			: [`The registry takes writes again, proven on ${writable.join(", ")}.`]),
		...(readOnly.length === 0
			? []
			: [
					`Read-only, as it was before: ${readOnly.join(", ")}. Until it is restarted it may call blobs present that were deleted, if it remembers them in memory.`,
				]),
	];
}
