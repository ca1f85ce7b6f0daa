import { fileURLToPath } from "node:url";
import { openStore } from "../../store/open.ts";
import { readOnly } from "../../store/read-only.ts";
import { ConfigurationError } from "../configuration-error.ts";
import { locate } from "../drivers.ts";
import { type MetadataMode, metadataMode } from "../metadata-mode.ts";
import type { Call, RegistryNode } from "../node.ts";
import type { RegistryVersion } from "../probe/registry-version.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings } from "../settings.ts";
import type { StoreLocation } from "../store-location.ts";
import {
	lookAtDirectory,
	lookAtStore,
	type Sections,
	type StorageLook,
} from "./storage-look.ts";

/** A node, and what it is configured to. */
export interface ConfiguredNode {
	readonly node: RegistryNode;
	/** `undefined`: only its operator knows. */
	readonly settings: EffectiveSettings | undefined;
	readonly version: RegistryVersion;
}

/**
 * Looks at the storage that the nodes share; `undefined`: it is not known where that is. Rejects with a `RegistryError`:
 * `refused` when they do not share one.
 */
export async function lookAtStorage(
	nodes: readonly ConfiguredNode[],
	sections: Sections,
	call: Call,
): Promise<StorageLook | undefined> {
	const places = nodes.map(({ node, settings }) => ({
		node,
		location: settings === undefined ? undefined : locationOf(settings),
	}));
	const [first] = places;
	if (first?.location === undefined) return undefined;
	const { url, environment } = first.location;
	const other = places.find(({ location }) => location?.url.href !== url.href);
	if (other !== undefined)
		throw new RegistryError(
			"refused",
			`${first.node.name} and ${other.node.name} are not configured to the same storage: what one of them collects, the other may need`,
			{
				suggestions: [
					"Describe registries that share no storage in files of their own.",
				],
			},
		);
	if (url.protocol === "file:")
		return await lookAtDirectory(
			first.node.host,
			fileURLToPath(url),
			sections,
			call,
		);
	await using store = readOnly(
		await openStore(url, {
			environment: { ...process.env, ...environment },
			signal: call.signal,
		}),
	);
	return await lookAtStore(store, sections, call);
}

/** `undefined` where there is no store for its driver. */
function locationOf({ storage }: EffectiveSettings): StoreLocation | undefined {
	try {
		return locate(storage, "the registry's configuration");
	} catch (error) {
		if (error instanceof ConfigurationError) return undefined;
		throw error;
	}
}

/** Where the registry keeps its metadata, by all witnesses of all nodes. */
export function metadataOf(
	nodes: readonly ConfiguredNode[],
	storage: StorageLook | undefined,
): MetadataMode {
	const modes = nodes.map(({ settings, version }) =>
		metadataMode({
			configured: settings?.database,
			header: version.database,
			locks: storage?.locks ?? [],
		}),
	);
	return modes.find(({ mode }) => mode !== "links") ?? { mode: "links" };
}
