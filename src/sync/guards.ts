import {
	BLOBS_PREFIX,
	REGISTRY_PREFIX,
	VERSION_PREFIX,
} from "../layout/paths.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { firstPage } from "./first-page.ts";
import type { Marker } from "./marker.ts";
import { SyncRefusal } from "./refusal.ts";

/** Refuses a target that is the source, lies in it, or would be written where it lies: it is never written (I3). */
export function guardDistinct(source: ObjectStore, target: ObjectStore): void {
	if (target.identity === source.identity) {
		throw new SyncRefusal(
			"same-place",
			`Source and target are the same place: ${source.url}`,
			["Name another target."],
		);
	}
	if (target.identity.startsWith(source.identity)) {
		throw new SyncRefusal(
			"same-place",
			`The target ${target.url} lies inside the source ${source.url}, which is never written`,
			["Name a target elsewhere."],
		);
	}
	if (source.identity.startsWith(`${target.identity}${REGISTRY_PREFIX}`)) {
		throw new SyncRefusal(
			"same-place",
			`The source ${source.url} lies inside the registry at the target ${target.url}, where all is written`,
			["Name a target elsewhere."],
		);
	}
}

/** Where people look for the registry instead, and what they should name then. */
const NEAR_MISSES = [
	{
		prefix: "registry/v2/",
		advice: "You named the docker directory: name the one that holds it.",
	},
	{
		prefix: "v2/",
		advice: "You named docker/registry: name the directory that holds docker.",
	},
	{
		prefix: "blobs/",
		advice:
			"You named docker/registry/v2: name the directory that holds docker.",
	},
	{
		prefix: `registry/${VERSION_PREFIX}`,
		advice: "It holds a registry in its directory registry: name that one.",
	},
];

/** Refuses a source without a registry: an empty or unmounted directory, a swapped argument, the wrong level. */
export async function guardSource(
	source: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (await holdsRegistry(source, signal)) return;
	const suggestions = [
		"Name the registry's rootdirectory: the directory or prefix that holds docker/registry/v2.",
	];
	for (const { prefix, advice } of NEAR_MISSES) {
		if (await holdsAnything(source, prefix, signal))
			suggestions.unshift(advice);
	}
	throw new SyncRefusal(
		"no-registry",
		`The source ${source.url} holds no registry: there is no ${VERSION_PREFIX.slice(0, -1)} in it`,
		suggestions,
	);
}

/**
 * Refuses a target that is not known to be this source's.
 *
 * | the target holds      | its marker names | verdict                                        |
 * | --------------------- | ---------------- | ---------------------------------------------- |
 * | anything              | this source      | go on                                          |
 * | anything              | another source   | refuse: it is another registry's               |
 * | nothing               | -                | go on; it is marked before it is written       |
 * | a registry            | -                | refuse: it may be in use, and source and target swapped |
 * | something else        | -                | refuse: most likely it is the wrong bucket     |
 */
export async function guardTarget(
	source: ObjectStore,
	target: ObjectStore,
	marker: Marker | undefined,
	signal: AbortSignal | undefined,
): Promise<void> {
	if (marker?.source === source.identity) return;
	if (marker !== undefined) {
		throw new SyncRefusal(
			"another-registry",
			`The target ${target.url} is filled from another source, ${marker.source}`,
			[
				"Check source and target: are they the right ones?",
				"If the source has moved, run regmigrate sync with --target-not-empty, which makes the target this one's.",
			],
		);
	}
	if (await holdsAnything(target, REGISTRY_PREFIX, signal)) {
		throw new SyncRefusal(
			"unmarked-registry",
			`The target ${target.url} holds a registry that regmigrate has not put there`,
			[
				"Check source and target: are they the right way round? What is at the target is overwritten.",
				"If another tool has copied it there, and no registry uses it, run regmigrate sync with --target-not-empty.",
			],
		);
	}
	await guardEmpty(target, signal);
}

/** Looks at one page of names only. */
async function guardEmpty(
	target: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<void> {
	const page = await firstPage(target, { prefix: "", prune: all, signal });
	const [other] = [
		...page.objects.map(({ key }) => key),
		...page.prefixes,
		...page.unreadable.map(({ prefix }) => prefix),
	];
	if (other === undefined) return;
	const others = page.objects.length + page.prefixes.length - 1;
	const more =
		others < 1
			? ""
			: `, and ${others} other ${others === 1 ? "name" : "names"} at its top`;
	throw new SyncRefusal(
		"foreign-target",
		`The target ${target.url} is not empty and holds no registry: it has "${other}"${more}`,
		[
			"Name an empty bucket, or an empty prefix of this one.",
			"If these objects belong there, run regmigrate sync with --target-not-empty: they will not be touched.",
		],
	);
}

/** Refuses a target whose registry has nothing in common with the source: it is another registry's. */
export function guardOverlap(
	target: ObjectStore,
	overlap: { readonly atTarget: number; readonly atBoth: number },
): void {
	if (overlap.atTarget === 0 || overlap.atBoth > 0) return;
	throw new SyncRefusal(
		"another-registry",
		`The target ${target.url} holds another registry: none of its ${overlap.atTarget} objects was found in the source`,
		[
			"Check source and target: are they the right way round, and the right ones?",
			"Name an empty bucket or prefix, or run regmigrate sync with --target-not-empty.",
		],
	);
}

/**
 * Refuses a source that has tags and not one blob: every tag would count as dangling, and be published though nobody
 * can pull it. Most likely the blobs are on a disk of their own that is not mounted.
 */
export function guardBlobs(
	source: ObjectStore,
	found: { readonly tags: number; readonly blobs: number },
): void {
	if (found.tags === 0 || found.blobs > 0) return;
	throw new SyncRefusal(
		"no-blobs",
		`The source ${source.url} has ${found.tags} tags and not one blob in ${BLOBS_PREFIX.slice(0, -1)}`,
		["Are the blobs on a disk of their own? Look whether it is mounted."],
	);
}

/** Whether a store holds a registry, or what may be one. */
export function holdsRegistry(
	store: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	return holdsAnything(store, VERSION_PREFIX, signal);
}

async function holdsAnything(
	store: ObjectStore,
	prefix: string,
	signal: AbortSignal | undefined,
): Promise<boolean> {
	const { objects, prefixes, unreadable } = await firstPage(store, {
		prefix,
		prune: all,
		signal,
	});
	// What cannot be read is something (I2): whoever may not look into the registry is told so by the pass.
	return objects.length + prefixes.length + unreadable.length > 0;
}

/** Prunes whatever can be: what lies below does not matter. */
function all(): boolean {
	return true;
}
