import { LOCKS_PREFIX, parseKey } from "../layout/paths.ts";
import {
	type MetadataWitnesses,
	metadataMode,
} from "../registry/metadata-mode.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { SyncRefusal } from "./refusal.ts";

/** What is known of the source's metadata beside its lock files. Default of each: nothing. */
export interface KnownMetadata {
	/** What its configuration says. */
	readonly configured?: MetadataWitnesses["configured"];
	/** What the running registry says. */
	readonly header?: MetadataWitnesses["header"];
}

/**
 * Refuses to leave anything out of a registry whose links do not say what is needed: its metadata is in a database, or
 * may be. Without a selection every blob is copied, which is right in either case. Rejects with a `StoreError` when the
 * lock files cannot be listed (I2).
 */
export async function guardMetadata(
	source: ObjectStore,
	{ configured, header }: KnownMetadata,
	signal: AbortSignal | undefined,
): Promise<void> {
	const locks = await lockNames(source, signal);
	const found = metadataMode({ configured, header, locks });
	switch (found.mode) {
		case "links":
			return;
		case "database":
			throw new SyncRefusal(
				"metadata-database",
				`The metadata of ${source.url} is in a database (${found.because}), and its links do not say which blobs are needed`,
				[ALL],
			);
		case "unclear":
			throw new SyncRefusal(
				"metadata-unclear",
				`It is not clear whether the metadata of ${source.url} is in a database: ${found.forDatabase}, but ${found.forLinks}`,
				[
					"Look how the registry runs; it does not start like this. Where an import is under way, wait until it has ended.",
					ALL,
				],
			);
		default:
			found satisfies never;
	}
}

const ALL =
	"Run it without --include, --exclude and --skip-unreferenced: then every blob is copied.";

async function lockNames(
	source: ObjectStore,
	signal: AbortSignal | undefined,
): Promise<readonly string[]> {
	const names: string[] = [];
	const listing = { prefix: LOCKS_PREFIX, signal };
	for await (const { objects, unreadable } of source.list(listing)) {
		for (const { error } of unreadable) throw error;
		for (const { key } of objects) {
			const parsed = parseKey(key);
			if (parsed?.kind === "lock") names.push(parsed.name);
		}
	}
	return names;
}
