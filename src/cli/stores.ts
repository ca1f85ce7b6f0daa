import { Args } from "@oclif/core";
import type { OpenOptions } from "../store/environment.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { openStore, parseStoreUrl, STORE_FORMS } from "../store/open.ts";
import { readOnly } from "../store/read-only.ts";
import { UsageError } from "./usage-error.ts";

const FORMS = `a directory or a URL (${STORE_FORMS.join(", ")})`;

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
}

/** How stores are named, and what to tell a user who names one that is not there. */
export interface NamedStores {
	readonly source: string;
	readonly target: string;
	/** What to do about a target directory that does not exist. */
	readonly ifNoTarget: string;
	/** Whether the command writes the target; otherwise that cannot be written either. */
	readonly isTargetWritten: boolean;
}

/** Opens source and target; what is wrong with how they are written is a `UsageError`. */
export async function openStores(
	{ source, target, ifNoTarget, isTargetWritten }: NamedStores,
	signal: AbortSignal,
): Promise<OpenStores> {
	const from = parse(source);
	const to = parse(target);
	const opened = await open(
		from,
		{ signal },
		"Check how it is spelled, and that it is mounted.",
	);
	try {
		const isWritten = isTargetWritten;
		const other = await open(to, { signal, isWritten }, ifNoTarget);
		return {
			source: readOnly(opened),
			target: isTargetWritten ? other : readOnly(other),
			async [Symbol.asyncDispose]() {
				await other[Symbol.asyncDispose]();
				await opened[Symbol.asyncDispose]();
			},
		};
	} catch (error) {
		await opened[Symbol.asyncDispose]();
		throw error;
	}
}

function parse(text: string): URL {
	try {
		return parseStoreUrl(text);
	} catch (error) {
		throw asUsage(error);
	}
}

async function open(
	url: URL,
	options: OpenOptions,
	ifAbsent: string,
): Promise<ObjectStore> {
	try {
		return await openStore(url, options);
	} catch (error) {
		const isAbsent =
			url.protocol === "file:" &&
			error instanceof StoreError &&
			error.code === "not-found";
		throw isAbsent ? withSuggestion(error, ifAbsent) : asUsage(error);
	}
}

function withSuggestion(error: StoreError, suggestion: string): StoreError {
	const { code, reason, store, operation, key, cause } = error;
	return new StoreError(code, reason, {
		store,
		operation,
		key,
		cause,
		suggestions: [suggestion, "A bucket is written s3://BUCKET/PREFIX."],
	});
}

/** When a store is opened, `unsupported` means that its URL asks for what cannot be had. */
function asUsage(error: unknown): unknown {
	return error instanceof StoreError && error.code === "unsupported"
		? new UsageError(error.message, error.suggestions)
		: error;
}
