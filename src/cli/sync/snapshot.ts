import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Flags } from "@oclif/core";
import { BLOBS_PREFIX } from "../../layout/paths.ts";
import { sameDirectory } from "../../sync/snapshot.ts";
import { UsageError } from "../usage-error.ts";

/** The flag that says of what the source is a snapshot. */
export const snapshotFlag = {
	"snapshot-of": Flags.string({
		helpValue: "LIVE",
		description:
			"SOURCE is a snapshot of this directory, mounted elsewhere: the next pass, from LIVE itself, goes on with what this one has noted; only before the first pass from LIVE",
	}),
};

/** Throws a `UsageError` when a snapshot goes together with what is for the live source. */
export function checkSnapshotFlags(flags: {
	readonly "snapshot-of": string | undefined;
	readonly "until-stable": string | undefined;
	readonly delete: boolean;
}): void {
	if (flags["snapshot-of"] === undefined) return;
	if (flags.delete)
		throw new UsageError("--snapshot-of does not go with --delete", [
			"What was pushed since the snapshot would count as gone: the last pass, from the live source, deletes.",
		]);
	if (flags["until-stable"] !== undefined)
		throw new UsageError("--snapshot-of does not go with --until-stable", [
			"A snapshot does not change: one pass is enough, then go on with the live source.",
		]);
}

/**
 * A time at which a snapshot had not been taken yet (milliseconds since 1970): the newest change of a directory that
 * blobs are added to, of which each push makes some. Any directory's will do: a later one only saves more reading.
 * Throws where both are the same directory, under whatever names; or no directories.
 */
export function takenAfter(snapshot: URL, live: URL): number {
	if (snapshot.protocol !== "file:" || live.protocol !== "file:")
		throw new UsageError("--snapshot-of is for directories only", [
			"Sources that are object stores have no snapshots: leave it out.",
		]);
	const [root, other] = [fileURLToPath(snapshot), fileURLToPath(live)];
	const [stats, ofLive] = [root, other].map((path) =>
		statSync(path, { throwIfNoEntry: false }),
	);
	// A bind mount has another name, and the device and inode of what it shows.
	if (
		stats !== undefined &&
		stats.ino === ofLive?.ino &&
		stats.dev === ofLive.dev
	)
		throw sameDirectory(snapshot.href, live.href);
	let newest = 0;
	const blobs = join(root, BLOBS_PREFIX);
	for (const algorithm of namesIn(blobs))
		for (const shard of namesIn(join(blobs, algorithm)))
			newest = Math.max(newest, changedAt(join(blobs, algorithm, shard)));
	return Math.min(newest, Date.now());
}

/** What comes after a pass from a snapshot. */
export function snapshotLine(live: string): string {
	return `This was a snapshot: go on with ${live}; what has not changed since is not copied again.`;
}

/** What cannot be read tells nothing: the pass itself reports it. */
function namesIn(directory: string): readonly string[] {
	try {
		return readdirSync(directory);
	} catch {
		return [];
	}
}

function changedAt(path: string): number {
	return statSync(path, { throwIfNoEntry: false })?.ctimeMs ?? 0;
}
