/** What a registry's configuration says of a metadata database: `prefer` takes one unless the storage has links. */
export type DatabaseSetting = "on" | "off" | "prefer";

/** What is known of where a registry keeps its metadata. */
export interface MetadataWitnesses {
	/** Its configuration; `undefined`: it is not known, or says nothing. */
	readonly configured: DatabaseSetting | undefined;
	/** What the running registry answers in `Gitlab-Container-Registry-Database-Enabled`; `undefined`: not known. */
	readonly header: boolean | undefined;
	/** The names of the lock files in its storage. */
	readonly locks: Iterable<string>;
}

/** Where a registry keeps its metadata. The reasons are clauses. */
export type MetadataMode =
	/** In its storage: links say which blobs are needed. */
	| { readonly mode: "links" }
	/** In a database: there are no links, or stale ones. */
	| { readonly mode: "database"; readonly because: string }
	/** The witnesses disagree: most likely it is being switched, and it would not start like this. */
	| {
			readonly mode: "unclear";
			readonly forLinks: string;
			readonly forDatabase: string;
	  };

/**
 * Decides where a registry keeps its metadata.
 *
 * | witness       | speaks for a database | speaks for links    | says nothing         |
 * | ------------- | --------------------- | ------------------- | -------------------- |
 * | configuration | enabled: true         | enabled: false      | prefer, or not known |
 * | header        | true                  | false               | not known            |
 * | lock files    | `database-in-use`     | `filesystem-in-use` | neither              |
 *
 * | for a database | for links | configuration | mode     |
 * | -------------- | --------- | ------------- | -------- |
 * | some           | some      | -             | unclear  |
 * | some           | none      | -             | database |
 * | none           | some      | -             | links    |
 * | none           | none      | prefer        | database: a storage without a lock file is taken for a new one |
 * | none           | none      | anything else | links: Distribution has nothing else |
 *
 * Source: storage/locks.go and handlers/app.go (initializeMetadataDatabase) of GitLab's container registry.
 */
export function metadataMode({
	configured,
	header,
	locks,
}: MetadataWitnesses): MetadataMode {
	const names = new Set(locks);
	const forDatabase = [
		...(configured === "on" ? ["its configuration enables the database"] : []),
		...(header === true ? ["the registry itself says so"] : []),
		...(names.has("database-in-use")
			? ["there is a lock file database-in-use"]
			: []),
	][0];
	const forLinks = [
		...(configured === "off"
			? ["its configuration disables the database"]
			: []),
		...(header === false ? ["the registry itself says that it has none"] : []),
		...(names.has("filesystem-in-use")
			? ["there is a lock file filesystem-in-use"]
			: []),
	][0];
	if (forDatabase !== undefined && forLinks !== undefined)
		return { mode: "unclear", forLinks, forDatabase };
	if (forDatabase !== undefined)
		return { mode: "database", because: forDatabase };
	if (forLinks === undefined && configured === "prefer")
		return {
			mode: "database",
			because:
				"its configuration prefers one, and no lock file filesystem-in-use keeps it from that",
		};
	return { mode: "links" };
}
