import { messageOf } from "../../store/thrown.ts";
import type { Host } from "../host/host.ts";
import { RegistryError } from "../registry-error.ts";
import type { EffectiveSettings } from "../settings.ts";
import { connect, type RedisConnection } from "./connect.ts";
import { DESCRIPTOR_PATTERNS, keyKind } from "./descriptor-keys.ts";
import { redisSettings } from "./redis-settings.ts";
import { decideShared, type KeySample } from "./shared.ts";

/** How many keys one SCAN looks at, and about how many one UNLINK deletes. */
const BATCH = 1000;
/** How many SCANs tell whether somebody else uses the database. */
const SAMPLE_SCANS = 20;

export interface FlushOptions {
	/** Where the registry runs. */
	readonly host: Host;
	/** Whether keys are only counted. */
	readonly isDryRun?: boolean | undefined;
	/** Whether it is agreed that others use the same database; default: then it is refused. */
	readonly isSharedAccepted?: boolean | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What was flushed, or would be. */
export interface FlushResult {
	/** `HOST:PORT`. */
	readonly address: string;
	readonly database: number;
	/** Keys that were deleted; of a dry run, that would be. */
	readonly keys: number;
	readonly isDryRun: boolean;
}

/**
 * Deletes what a registry remembers of blobs in Redis, and nothing else: it would call blobs present that the storage
 * lacks, and clients would not push them. Safe to repeat, and safe while the registry runs: what it remembers anew is so.
 * Call it when all that served from the former storage, or before blobs were deleted, have ended.
 *
 * Resolves with `undefined` where it remembers nothing in Redis. Rejects with a `RegistryError`: `refused` where somebody
 * else uses the database, and it was not agreed; `unreachable`, `permission-denied`, `failed` otherwise.
 */
export async function flushDescriptorCaches(
	settings: EffectiveSettings,
	{ host, isDryRun = false, isSharedAccepted = false, signal }: FlushOptions,
): Promise<FlushResult | undefined> {
	const redis = redisSettings(settings);
	if (redis === undefined) return undefined;
	const { database } = redis;
	const connection = await connect(redis, host, { signal });
	const { address } = connection;
	try {
		const sample = await look(connection);
		const decision = decideShared(sample, isSharedAccepted);
		if (decision === "ask") throw shared(address, database);
		const keys = decision === "nothing" ? 0 : await flush(connection, isDryRun);
		return { address, database, keys, isDryRun };
	} catch (error) {
		signal?.throwIfAborted();
		if (error instanceof RegistryError) throw error;
		throw failed(address, error);
	} finally {
		connection.close();
	}
}

async function look(connection: RedisConnection): Promise<KeySample> {
	const found = { descriptor: 0, registry: 0, other: 0 };
	let cursor = "0";
	for (let scans = 0; scans < SAMPLE_SCANS; scans++) {
		const page = await scan(connection, cursor);
		for (const key of page.keys) found[keyKind(key)]++;
		({ cursor } = page);
		if (cursor === "0") break;
	}
	return {
		isComplete: cursor === "0",
		descriptors: found.descriptor,
		others: found.other,
	};
}

/** One round for each pattern. SCAN names every key that is there all the while; and some more than once. */
async function flush(
	connection: RedisConnection,
	isDryRun: boolean,
): Promise<number> {
	let count = 0;
	for (const pattern of DESCRIPTOR_PATTERNS) {
		let cursor = "0";
		do {
			const page = await scan(connection, cursor, pattern);
			({ cursor } = page);
			const keys = page.keys.filter((key) => keyKind(key) === "descriptor");
			if (keys.length === 0) continue;
			count += isDryRun ? keys.length : await remove(connection, keys);
		} while (cursor !== "0");
	}
	return count;
}

interface Page {
	readonly cursor: string;
	readonly keys: readonly string[];
}

async function scan(
	connection: RedisConnection,
	from: string,
	pattern?: string,
): Promise<Page> {
	const answer = await connection.send([
		...["SCAN", from, "COUNT", String(BATCH)],
		...(pattern === undefined ? [] : ["MATCH", pattern]),
	]);
	const [cursor, keys]: readonly unknown[] = Array.isArray(answer)
		? answer
		: [];
	if (cursor === undefined || !Array.isArray(keys))
		throw new Error("its answer to SCAN is no page of keys");
	return { cursor: String(cursor), keys: keys.map(String) };
}

/** Resolves with how many keys were there. UNLINK frees the memory later, and is unknown before 4.0. */
async function remove(
	connection: RedisConnection,
	keys: readonly string[],
): Promise<number> {
	try {
		return Number(await connection.send(["UNLINK", ...keys]));
	} catch (error) {
		if (!(error instanceof Error) || !/unknown command/i.test(error.message))
			throw error;
		return Number(await connection.send(["DEL", ...keys]));
	}
}

function shared(address: string, database: number): RegistryError {
	return new RegistryError(
		"refused",
		`Somebody else uses the registry's Redis at ${address}, database ${database}, too, so what the registry remembers of blobs there was not deleted`,
		{
			suggestions: [
				"Only keys named blobs::DIGEST and repository::NAME::blobs… would be deleted: agree to that with --shared-redis.",
			],
		},
	);
}

/** What a server says may quote keys, but not credentials: they are in no command that is sent here. */
function failed(address: string, error: unknown): RegistryError {
	return new RegistryError(
		"failed",
		`Cannot delete what the registry remembers of blobs in Redis at ${address}: ${messageOf(error)}`,
		{
			suggestions: [
				"Until that is done, the registry may call blobs present that its storage lacks. It is safe to repeat.",
			],
			cause: error,
		},
	);
}
