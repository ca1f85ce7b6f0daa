import type { DatabaseSetting } from "../../registry/metadata-mode.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import {
	candidates,
	chooseRepositories,
} from "../../registry/rehearsal/choose-repositories.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { SyncEvent, SyncResult } from "../../sync/events.ts";
import { sync } from "../../sync/pass.ts";
import { formatBytes } from "../format.ts";

/** What of the source is rehearsed with. */
export interface Subset {
	/** Patterns that the operator gave; none: some repositories are chosen. */
	readonly include: readonly string[];
	/** How many are chosen. */
	readonly repositories: number;
	/** Most bytes that are copied. */
	readonly maxBytes: number;
}

/** Patterns for the repositories that are copied, and how they came about: a sentence. */
export interface Chosen {
	readonly include: readonly string[];
	readonly message: string;
}

/** Finds out which repositories are copied. Rejects with a `RegistryError` where none is small enough. */
export async function chooseSubset(
	source: ObjectStore,
	{ include, repositories, maxBytes }: Subset,
	signal: AbortSignal,
): Promise<Chosen> {
	if (include.length > 0)
		return { include, message: `Repositories: ${include.join(", ")}.` };
	const all = await candidates(source, { signal });
	const chosen = chooseRepositories(all, { count: repositories, maxBytes });
	if (chosen.length === 0)
		throw new RegistryError(
			"refused",
			all.length === 0
				? `Cannot rehearse: no repository with a tag was found in ${source.url}`
				: `Cannot rehearse: of ${all.length} repositories that were looked at in ${source.url}, none has less than ${formatBytes(maxBytes)}`,
			{
				suggestions: [
					"Name small ones with --include, or allow more with --max-mib.",
				],
			},
		);
	const names = chosen.map(
		({ repository, bytes, hasIndex }) =>
			`${repository} (${formatBytes(bytes)}${hasIndex ? ", several platforms" : ""})`,
	);
	return {
		include: chosen.map(({ repository }) => repository),
		message: `Repositories: ${names.join(", ")}.`,
	};
}

/**
 * Copies repositories to a place of the rehearsal, by a pass as `sync` makes it. Rejects with a `RegistryError` when they
 * are larger than what is allowed (nothing was copied then), or could not be copied.
 */
export async function copySubset(
	source: ObjectStore,
	target: ObjectStore,
	{ include, maxBytes }: Pick<Subset, "include" | "maxBytes">,
	{
		database,
		signal,
	}: {
		readonly database: DatabaseSetting | undefined;
		readonly signal: AbortSignal;
	},
): Promise<SyncResult> {
	const tooLarge = new AbortController();
	let reason: string | undefined;
	const observe = (event: SyncEvent) => {
		if (event.type === "planned" && event.bytes > maxBytes)
			tooLarge.abort(refusal(event.bytes, maxBytes));
		if (event.type === "failed" || event.type === "unreadable")
			reason ??= event.error.message;
	};
	const result = await sync(source, target, {
		selection: { include },
		metadata: { configured: database },
		observe,
		signal: AbortSignal.any([signal, tooLarge.signal]),
	});
	if (result.failed + result.unreadable + result.heldBack === 0) return result;
	throw new RegistryError(
		"failed",
		`Cannot rehearse: ${result.failed + result.heldBack} objects of the images could not be copied to ${target.url}${reason === undefined ? "" : `: ${reason}`}`,
		{
			suggestions: [
				"This is what sync would meet as well: mend it first. On a live registry it may be enough to run it again.",
			],
		},
	);
}

function refusal(bytes: number, maxBytes: number): RegistryError {
	return new RegistryError(
		"refused",
		`Cannot rehearse with ${formatBytes(bytes)} of images: no more than ${formatBytes(maxBytes)} are copied`,
		{
			suggestions: ["Name less with --include, or allow more with --max-mib."],
		},
	);
}
