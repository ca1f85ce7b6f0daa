import { BLOBS_PREFIX, REGISTRY_PREFIX } from "../layout/paths.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { passOn } from "../store/pass-on.ts";
import type { DeleteOptions } from "./delete-plan.ts";
import { firstPage } from "./first-page.ts";
import { guardDistinct, guardSource } from "./guards.ts";
import type { Marker } from "./marker.ts";
import { SyncRefusal } from "./refusal.ts";

/** Blobs of a snapshot that are looked for in the live source. */
const SAMPLE = 100;

/** What a pass from a snapshot is made with. */
export interface SnapshotPass {
	/** The source that the snapshot was taken of. */
	readonly live: ObjectStore;
	readonly target: ObjectStore;
	readonly deletes: DeleteOptions | undefined;
	readonly signal: AbortSignal | undefined;
}

/**
 * A snapshot as the source of a pass: it is read in place of the live source and known by that one's identity, so that
 * index and marker are the live source's. Rejects with a `SyncRefusal` when it cannot be one.
 *
 * What the index notes of it is as true of the live source as the versions are: where the file system has kept inodes and
 * time stamps, as block-level snapshots do, what has not changed since is passed over by the next pass; where they are
 * others, as after `cp -a`, links are read again, and blobs known by digest and size.
 */
export async function snapshotSource(
	snapshot: ObjectStore,
	pass: SnapshotPass,
): Promise<ObjectStore> {
	const { live, target, deletes, signal } = pass;
	if (deletes !== undefined)
		throw new SyncRefusal(
			"snapshot-outdated",
			"A pass from a snapshot deletes nothing: what was pushed since would count as gone",
			[
				"Run it without --delete; the last pass, from the live source, deletes.",
			],
		);
	guardApart(snapshot, live);
	guardDistinct(snapshot, target);
	guardDistinct(live, target);
	await guardSource(snapshot, signal);
	await guardSource(live, signal);
	await guardSameRegistry(snapshot, live, signal);
	return { ...passOn(snapshot), identity: live.identity };
}

/** A snapshot may lie in its source (`.zfs/snapshot/NAME`, `.snapshots/NAME`), but not in what it is a snapshot of. */
function guardApart(snapshot: ObjectStore, live: ObjectStore): void {
	const isApart =
		snapshot.identity !== live.identity &&
		!snapshot.identity.startsWith(live.identity + REGISTRY_PREFIX) &&
		!live.identity.startsWith(snapshot.identity + REGISTRY_PREFIX);
	if (!isApart) throw sameDirectory(snapshot.url, live.url);
}

/** For a snapshot that is the live source itself. */
export function sameDirectory(snapshot: string, live: string): SyncRefusal {
	return new SyncRefusal(
		"same-place",
		`${snapshot} is no snapshot of ${live}: they are the same directory, or one lies in the other's registry`,
		[
			"Name the directory at which the snapshot is mounted, or run it without --snapshot-of.",
		],
	);
}

/** Refuses a live source that has none of the snapshot's blobs: most likely its name is misspelled. */
async function guardSameRegistry(
	snapshot: ObjectStore,
	live: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<void> {
	const page = await firstPage(snapshot, { prefix: BLOBS_PREFIX, signal });
	const sample = page.objects.slice(0, SAMPLE);
	for (const { key } of sample)
		if ((await live.head(key, { signal })) !== undefined) return;
	if (sample.length === 0) return;
	throw new SyncRefusal(
		"another-registry",
		`${snapshot.url} is no snapshot of ${live.url}: of its first ${sample.length} blobs none is there`,
		[
			"Check both names: --snapshot-of takes the directory of the live registry.",
		],
	);
}

/**
 * Refuses to let a snapshot take a target back to an earlier state.
 *
 * | the target's marker says                | verdict                                                        |
 * | --------------------------------------- | -------------------------------------------------------------- |
 * | nothing: there is none                  | go on                                                          |
 * | that only snapshots have been read      | go on: the first pass from the live source mends what is older |
 * | that a pass from the live source has begun | refuse: tags may be newer at the target                     |
 */
export function guardNoLivePass(
	target: ObjectStore,
	marker: Pick<Marker, "isSnapshot"> | undefined,
): void {
	if (marker === undefined || marker.isSnapshot) return;
	throw new SyncRefusal(
		"snapshot-outdated",
		`A pass from the live source has already written to ${target.url}: a snapshot would take its tags back to an older state`,
		[
			"Go on with the live source, without --snapshot-of: only what has changed is read and copied.",
		],
	);
}
