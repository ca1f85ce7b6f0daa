import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { services } from "../support/services.ts";
import { minioClient, s3Contents } from "./independent-readers.ts";
import { type InstalledRegistry, installed } from "./installed-registry.ts";

/** Where lock files are in a storage. */
export const LOCKS = "docker/registry/lockfiles";

/** What a cutover of a registry with a metadata database is told besides. */
export const OF_DATABASE = [
	...["--test-repository", "team/test", "--database-backup-made"],
];

/**
 * As GitLab's registry with a metadata database is seen from outside: it says so in a header and in its configuration, and
 * its storage has the lock file. What serves is Distribution, which takes no notice of `database` and `gc`.
 */
export async function withDatabase(
	locks: readonly string[] = ["database-in-use"],
): Promise<InstalledRegistry> {
	const found = await installed("3", {
		lines: [
			'  headers: {Gitlab-Container-Registry-Database-Enabled: ["true"]}',
			"database: # ours",
			"  enabled: prefer",
			"  dbname: registry",
			"gc: {maxbackoff: 24h}",
		],
	});
	const folder = join(found.registry.storage, LOCKS);
	mkdirSync(folder, { recursive: true });
	for (const name of locks) writeFileSync(join(folder, name), '{"version":1}');
	return { ...found, words: [...found.words, ...OF_DATABASE] };
}

/** The keys at the target, below its prefix. */
export async function keysAt({
	bucket,
}: InstalledRegistry): Promise<readonly string[]> {
	const found = await s3Contents(minioClient(services().s3), bucket, "");
	return [...found.keys()];
}
