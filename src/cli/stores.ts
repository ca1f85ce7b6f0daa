import { Args } from "@oclif/core";
import { StoreError } from "../store/errors.ts";
import type { ObjectStore } from "../store/object-store.ts";
import { openStore, parseStoreUrl } from "../store/open.ts";
import { UsageError } from "./usage-error.ts";

const FORMS = "a directory, file:///DIRECTORY or s3://BUCKET/PREFIX";

/** The two arguments of every command that works on a source and a target. */
export const STORE_ARGUMENTS = {
	source: Args.string({
		required: true,
		ignoreStdin: true,
		description: `what to read: ${FORMS}, that holds docker/registry/v2`,
	}),
	target: Args.string({
		required: true,
		ignoreStdin: true,
		description: `what to compare or fill: ${FORMS}`,
	}),
};

/** The two stores, opened. Disposing closes both. */
export interface OpenStores extends AsyncDisposable {
	readonly source: ObjectStore;
	readonly target: ObjectStore;
}

/** Opens source and target; what is wrong with how they are written is a `UsageError`. */
export async function openStores(
	{ source, target }: { readonly source: string; readonly target: string },
	signal: AbortSignal,
): Promise<OpenStores> {
	const from = parse(source);
	const to = parse(target);
	const opened = await open(from, signal);
	try {
		const both = { source: opened, target: await open(to, signal) };
		return {
			...both,
			async [Symbol.asyncDispose]() {
				await both.target[Symbol.asyncDispose]();
				await both.source[Symbol.asyncDispose]();
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

async function open(url: URL, signal: AbortSignal): Promise<ObjectStore> {
	try {
		return await openStore(url, { signal });
	} catch (error) {
		throw asUsage(error);
	}
}

/** When a store is opened, `unsupported` means that its URL asks for what cannot be had. */
function asUsage(error: unknown): unknown {
	return error instanceof StoreError && error.code === "unsupported"
		? new UsageError(error.message, error.suggestions)
		: error;
}
