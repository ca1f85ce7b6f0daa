import { createHash } from "node:crypto";
import { isSameStorage } from "../asked-settings.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { RegistryError } from "../registry-error.ts";
import { requireSamePlace } from "../same-place.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import type { StorageSecret } from "./registry-workload.ts";
import {
	hasSection,
	newStorageContent,
	storageContent,
} from "./storage-content.ts";
import type { Leaf } from "./values-tree.ts";

/** What is to be changed of a release. */
export interface PlannedValues {
	/** Values of the chart, below where the registry's begin; none: it is configured as asked. */
	readonly leaves: readonly Leaf[];
	/** A storage Secret that has to be there first. */
	readonly secret: PlannedSecret | undefined;
}

/** A storage Secret of ours. Secrets inside (I7). */
export interface PlannedSecret {
	readonly name: string;
	/** Of the storage section. */
	readonly key: string;
	/** The one before it, and what it holds; `undefined`: there is none. */
	readonly before: StorageSecret | undefined;
	readonly text: string;
	/** Texts by keys: the storage section, and files that the chart mounts beside it. */
	readonly content: Readonly<Record<string, string>>;
}

/** A key file of Google's that has to be mounted beside the storage section. */
export interface KeyFile {
	/** Its name in the pod: `gcs.json`. */
	readonly key: string;
	readonly text: string;
}

/** What is known of a release before it is changed. */
export interface Configured {
	readonly release: string;
	readonly effective: EffectiveSettings;
	readonly storage: StorageSecret | undefined;
}

/** Where the chart mounts what is in the storage Secret. Source: charts/registry, init.script and templates/deployment.yaml. */
export const STORAGE_FOLDER = "/etc/docker/registry/storage";

/**
 * Works out which values have to be set so that the settings are in force. What is so already is left alone.
 *
 * | asked             | now                              | set                                                     |
 * | ----------------- | -------------------------------- | ------------------------------------------------------- |
 * | read-only or not  | the other                        | maintenance.readonly.enabled                            |
 * | redirects         | the other, said in values        | storage.redirect.disable                                |
 * | redirects         | the other, said in the Secret    | storage.secret, key: a Secret of ours                   |
 * | redirects         | the other, the chart's own MinIO | refused: any storage value takes MinIO's place          |
 * | another storage   | a Secret, or the chart's MinIO   | storage.secret, key (extraKey): a Secret of ours        |
 * | a database or none | anything else                   | database.enabled                                        |
 * | garbage collection | the other                       | gc.disabled                                             |
 *
 * A Secret of ours is named by its content: pods read it when they start, and another content needs other pods.
 */
export function planValues(
	asked: Settings,
	now: Configured,
	keyFile?: KeyFile | undefined,
): PlannedValues {
	const { effective, storage: before, release } = now;
	const flags = unsaidFlags(asked, effective);
	if (flags.readOnly !== undefined) refuseMaintenance(before);
	requireSamePlace(asked, effective, release);
	const leaves = [...flagLeaves(flags)];
	const set = (path: string, value: unknown) =>
		leaves.push({ path: path.split("."), value });

	const redirect =
		asked.redirectDisabled === effective.redirectDisabled
			? undefined
			: asked.redirectDisabled;
	const storage =
		asked.storage !== undefined &&
		isSameStorage(asked.storage, effective.storage)
			? undefined
			: asked.storage;
	const isInSecret =
		before !== undefined &&
		hasSection(before.text, "redirect", fileName(before));
	if (redirect !== undefined && !isInSecret) {
		if (before === undefined && storage === undefined)
			throw new RegistryError(
				"refused",
				`Cannot change the redirects of ${release}: it uses the chart's own MinIO, which the chart leaves out as soon as anything is said of the storage`,
				{ suggestions: ["Set registry.minio.redirect in the values."] },
			);
		set("storage.redirect.disable", redirect);
	}
	if (storage === undefined && (redirect === undefined || !isInSecret))
		return { leaves, secret: undefined };
	const edits = {
		storage,
		redirectDisabled: isInSecret ? redirect : undefined,
	};
	const secret = planSecret(release, before, edits, keyFile);
	set("storage.secret", secret.name);
	if (before?.key !== secret.key) set("storage.key", secret.key);
	if (keyFile !== undefined) set("storage.extraKey", keyFile.key);
	// A pod does not start with a key that its Secret lacks.
	else if (before !== undefined && before.extraKeys.length > 0)
		set("storage.extraKey", "");
	return { leaves, secret };
}

/** What is on or off in a registry, but for redirects. */
type Flags = Pick<
	Settings,
	"readOnly" | "database" | "onlineGarbageCollection"
>;

/** The values that say it. */
export function flagLeaves(flags: Flags): readonly Leaf[] {
	const { readOnly, database, onlineGarbageCollection: isOn } = flags;
	const leaf = (path: string, value: boolean | undefined) =>
		value === undefined ? [] : [{ path: path.split("."), value }];
	return [
		...leaf("maintenance.readonly.enabled", readOnly),
		...leaf("database.enabled", database),
		...leaf("gc.disabled", isOn === undefined ? undefined : !isOn),
	];
}

/** What is asked for of it, and not so yet. */
function unsaidFlags(asked: Flags, now: EffectiveSettings): Flags {
	const { readOnly, database, onlineGarbageCollection } = asked;
	const pinned = database ? "on" : "off";
	return {
		readOnly: readOnly === now.readOnly ? undefined : readOnly,
		database: now.database === pinned ? undefined : database,
		onlineGarbageCollection:
			onlineGarbageCollection === now.onlineGarbageCollection
				? undefined
				: onlineGarbageCollection,
	};
}

function planSecret(
	release: string,
	before: StorageSecret | undefined,
	edits: Pick<Settings, "storage" | "redirectDisabled">,
	keyFile: KeyFile | undefined,
): PlannedSecret {
	const { storage } = edits;
	const text =
		before === undefined && storage !== undefined
			? newStorageContent(storage)
			: storageContent(before?.text ?? "", edits, fileName(before));
	const key = before?.key ?? "config";
	const content = {
		[key]: text,
		...(keyFile === undefined ? {} : { [keyFile.key]: keyFile.text }),
	};
	const base = (before?.name ?? `${release}-registry-storage`).replace(
		/-regmigrate-[0-9a-f]{8}$/,
		"",
	);
	const hash = createHash("sha256").update(JSON.stringify(content));
	const name = `${base}-regmigrate-${hash.digest("hex").slice(0, 8)}`;
	return { name, key, before, text, content };
}

/** The chart itself says it: with both, the registry would not start, or take either. */
function refuseMaintenance(before: StorageSecret | undefined): void {
	if (before === undefined) return;
	const file = fileName(before);
	if (hasSection(before.text, "maintenance", file))
		throw new ConfigurationError(
			"unsupported",
			file,
			"it has a section maintenance, and the chart writes another one beside it",
			{
				suggestions: [
					"Take it out of the Secret, and set registry.maintenance in the values.",
				],
			},
		);
}

/** What a storage Secret is called in messages. */
export function fileName(secret: StorageSecret | undefined): string {
	return secret === undefined
		? "the storage Secret"
		: `Secret ${secret.name}, ${secret.key}`;
}
