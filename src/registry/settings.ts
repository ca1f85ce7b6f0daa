/** A driver's parameter as a configuration has it. */
export type ParameterValue =
	| string
	| number
	| boolean
	| { readonly [name: string]: ParameterValue };

/** A storage driver and its parameters, spelled as the registry that is configured spells them. Secrets inside (I7). */
export interface DriverSettings {
	/** `s3`, `s3_v2`, `azure`, `azure_v2`, `gcs`, `filesystem`. */
	readonly driver: string;
	readonly parameters: Readonly<Record<string, ParameterValue>>;
}

/** What a registry is to be configured to. What is left out stays as it is. */
export interface Settings {
	/** Whether writes are refused: `storage.maintenance.readonly.enabled`. */
	readonly readOnly?: boolean | undefined;
	/** Where its objects are: takes the place of the driver that is there. */
	readonly storage?: DriverSettings | undefined;
	/** Whether clients are kept from being sent to the bucket: `storage.redirect.disable`. */
	readonly redirectDisabled?: boolean | undefined;
	/**
	 * Pins `database.enabled` to what it is by now: a registry that prefers a database would take a new storage for an empty
	 * one. What would give it another place for its metadata is refused.
	 */
	readonly database?: boolean | undefined;
	/**
	 * Whether a registry with a metadata database removes what is not needed while it is in use, also while it is read-only:
	 * the opposite of `gc.disabled`. Source: handlers/app.go (startOnlineGC) of GitLab's container registry.
	 */
	readonly onlineGarbageCollection?: boolean | undefined;
}

/** What a registry is configured to: the file's content, and what overrides it. Secrets inside (I7). */
export interface EffectiveSettings {
	readonly storage: DriverSettings;
	readonly readOnly: boolean;
	readonly redirectDisabled: boolean;
	/** What `database.enabled` says; `undefined`: nothing. */
	readonly database: "on" | "off" | "prefer" | undefined;
	/** What `gc` says; it has a meaning only with a metadata database. */
	readonly onlineGarbageCollection: boolean;
	/** How long the registry goes on with what it has begun when it is told to end (ms); 0: not at all. */
	readonly drainMs: number;
	/** The whole configuration as a tree of maps, lists and scalars, for what only some ask for (`redis`, `middleware`). */
	readonly tree: Readonly<Record<string, unknown>>;
	/** The names of variables (`REGISTRY_…`) that override the file in the registry's process. */
	readonly overrides: readonly string[];
}
