import { Args } from "@oclif/core";
import { ConfigurationError } from "../registry/configuration-error.ts";
import {
	CONFIGURATION_FORM,
	isConfiguration,
	readConfiguration,
} from "../registry/configured-store.ts";
import type { DatabaseSetting } from "../registry/metadata-mode.ts";
import type { StoreLocation } from "../registry/store-location.ts";
import type { OpenOptions } from "../store/environment.ts";
import { StoreError } from "../store/errors.ts";
import type { LimitOptions } from "../store/limit.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { openStore, parseStoreUrl, STORE_FORMS } from "../store/open.ts";
import type { OutageOptions } from "../store/outage.ts";
import { readOnly } from "../store/read-only.ts";
import type { UploadLog } from "../store/upload-log.ts";
import { guardStatePlace } from "./state-directory.ts";
import { takenAfter } from "./sync/snapshot.ts";
import { UsageError } from "./usage-error.ts";

const FORMS = `a directory, a URL (${STORE_FORMS.join(", ")}) or the configuration of a registry (${CONFIGURATION_FORM})`;

/** For the description of every command that takes stores. */
export const STORE_HELP = [
	`Credentials come from where the tools of each provider look for them: AWS_ACCESS_KEY_ID, AWS_PROFILE, GOOGLE_APPLICATION_CREDENTIALS, AZURE_STORAGE_KEY, az login, the machine's role; never from a URL.`,
	`A registry's own configuration, written config:/etc/docker/registry/config.yml, says where its objects are and how they are written, and its credentials are used for that store. Options after a question mark go before what it says: 'config:/PATH/config.yml?endpoint=https://HOST'. Variables that override it in the registry's process (REGISTRY_STORAGE_*) are not seen.`,
].join("\n\n");

/** The two arguments of every command that works on a source and a target. */
export function storeArguments(target: string) {
	return {
		source: Args.string({
			required: true,
			ignoreStdin: true,
			description: `the registry's storage: ${FORMS} that holds docker/registry/v2`,
		}),
		target: Args.string({
			required: true,
			ignoreStdin: true,
			description: `${target}; written as SOURCE is`,
		}),
	};
}

/** The two stores, opened. The source cannot be written through it (I3). Disposing closes both. */
export interface OpenStores extends AsyncDisposable {
	readonly source: ObjectStore;
	readonly target: ObjectStore;
	/** What the source is a snapshot of, if it is one. */
	readonly live: ObjectStore | undefined;
	/** What the source's configuration says of a metadata database; `undefined`: nothing, or none was named. */
	readonly sourceDatabase: DatabaseSetting | undefined;
}

/** How stores are named, and what to tell a user who names one that is not there. */
export interface NamedStores {
	readonly source: string;
	readonly target: string;
	/** What the source is a snapshot of; default: it is live itself. */
	readonly snapshotOf?: string | undefined;
	/** What to do about a target directory that does not exist. */
	readonly ifNoTarget: string;
	/** Whether the command writes the target; otherwise that cannot be written either. */
	readonly isTargetWritten: boolean;
	/** What the command writes besides; it must not lie in either. Default: nothing. */
	readonly stateDirectory?: string | undefined;
	/** Where uploads to the target are noted; `undefined`: nowhere. */
	readonly uploads?: UploadLog | undefined;
	/** What the target may be asked for, and a source that is an object store. */
	readonly limits?: LimitOptions | undefined;
	/** Counts each time that either asks to slow down. */
	readonly refusals?: { count: number } | undefined;
	/** How long either is waited for, if it answers nothing any more. */
	readonly outages?: OutageOptions | undefined;
}

/** Opens source and target; what is wrong with how they are written is a `UsageError`. */
export async function openStores(
	named: NamedStores,
	signal: AbortSignal,
): Promise<OpenStores> {
	const { snapshotOf, ifNoTarget, isTargetWritten, uploads } = named;
	const { limits, refusals, outages } = named;
	const from = await locateStore(named.source);
	const to = await locateStore(named.target);
	const origin =
		snapshotOf === undefined ? undefined : await locateStore(snapshotOf);
	await using opened = new AsyncDisposableStack();
	const live =
		origin && opened.use(await open(origin, { signal }, IF_NO_SOURCE));
	const isDirectory = from.url.protocol === "file:";
	const takenAfterMs = origin && takenAfter(from.url, origin.url);
	const source = opened.use(
		await open(
			from,
			{
				...{ signal, takenAfterMs, refusals, outages },
				limits: isDirectory ? undefined : limits,
			},
			IF_NO_SOURCE,
		),
	);
	const { stateDirectory: state } = named;
	// Before the target is opened, for that writes there.
	for (const store of live === undefined ? [source] : [source, live])
		if (state !== undefined) guardStatePlace(state, store);
	const isWritten = isTargetWritten;
	const target = opened.use(
		await open(
			to,
			{ signal, isWritten, uploads, limits, refusals, outages },
			ifNoTarget,
		),
	);
	if (state !== undefined) guardStatePlace(state, target);
	const disposing = opened.move();
	return {
		source: readOnly(source),
		live: live && readOnly(live),
		target: isTargetWritten ? target : readOnly(target),
		sourceDatabase: from.database ?? origin?.database,
		[Symbol.asyncDispose]: () => disposing.disposeAsync(),
	};
}

/** Opens one store, only to read it; what is wrong with how it is written is a `UsageError`. */
export async function openReadOnly(
	text: string,
	signal: AbortSignal,
): Promise<ObjectStore> {
	return readOnly(
		await open(await locateStore(text), { signal }, IF_NO_SOURCE),
	);
}

const IF_NO_SOURCE = "Check how it is spelled, and that it is mounted.";

/** A store that is about to be opened. */
export interface NamedStore extends StoreLocation {
	readonly isConfigured: boolean;
	readonly database: DatabaseSetting | undefined;
}

/** Where a store is that a text names: a URL, a path, or a registry's configuration. Rejects with a `UsageError`. */
export async function locateStore(text: string): Promise<NamedStore> {
	const isConfigured = isConfiguration(text);
	try {
		const location = isConfigured
			? await readConfiguration(text)
			: { url: parseStoreUrl(text), environment: {}, database: undefined };
		return { ...location, isConfigured };
	} catch (error) {
		throw error instanceof ConfigurationError
			? new UsageError(error.message, error.suggestions)
			: asUsage(error);
	}
}

async function open(
	{ url, environment, isConfigured }: NamedStore,
	options: OpenOptions,
	ifAbsent: string,
): Promise<ObjectStore> {
	try {
		return await openStore(url, { ...options, environment });
	} catch (error) {
		const isAbsent =
			url.protocol === "file:" &&
			error instanceof StoreError &&
			error.code === "not-found";
		if (isAbsent)
			throw suggesting(
				error,
				isConfigured
					? [ELSEWHERE]
					: [ifAbsent, "A bucket is written s3://BUCKET/PREFIX."],
			);
		if (isConfigured && error instanceof StoreError)
			throw asUsage(suggesting(error, [...error.suggestions, CONFIGURED]));
		throw asUsage(error);
	}
}

const ELSEWHERE =
	"The configuration has it as the registry sees it: in a container or on another machine, it may be elsewhere here. Then name the directory itself.";

const CONFIGURED =
	"This is what the configuration says; an option of the store's URL goes before it: 'config:FILE?OPTION=VALUE'.";

function suggesting(
	error: StoreError,
	suggestions: readonly string[],
): StoreError {
	const { code, reason, store, operation, key, cause } = error;
	return new StoreError(code, reason, {
		store,
		operation,
		key,
		cause,
		suggestions,
	});
}

/** When a store is opened, `unsupported` means that its URL asks for what cannot be had. */
export function asUsage(error: unknown): unknown {
	const isUsage = error instanceof StoreError && error.code === "unsupported";
	return isUsage ? new UsageError(error.message, error.suggestions) : error;
}
