import { messageOf } from "../../store/thrown.ts";
import type { RegistryNode } from "../node.ts";
import { ReadOnlyError } from "../read-only/read-only-error.ts";
import type { TurnOptions } from "../read-only/turn.ts";
import type { FlushResult } from "../redis/flush.ts";
import { RegistryError } from "../registry-error.ts";
import type { Collection } from "./collection.ts";
import {
	type CollectionWindow,
	closeWindow,
	type NodeState,
	openWindow,
} from "./collection-window.ts";
import type { GarbageEvent } from "./garbage-event.ts";
import type { Collector } from "./run-collector.ts";

/** How often the nodes are asked whether they still refuse writes (ms). */
const WATCH_MS = 2000;

export interface GarbageOptions extends Omit<TurnOptions, "observe"> {
	readonly observe: (event: GarbageEvent) => void;
	/** What is run, for people. */
	readonly command: string;
	readonly collector: Collector;
	/** Deletes what the registry remembers of blobs in Redis; `undefined`: nothing. Not cancelled. */
	readonly flush: () => Promise<FlushResult | undefined>;
}

/** Garbage that was collected. */
export interface GarbageResult {
	readonly collection: Collection;
	/** What was flushed; a reason why not: a sentence without its full stop. */
	readonly flushed: FlushResult | { readonly failed: string } | undefined;
	/** What the nodes are now. */
	readonly nodes: readonly NodeState[];
}

/**
 * Collects a registry's garbage in a read-only window: every node is proven read-only, the registry's own collector runs
 * once, what the registry remembers of blobs is flushed, and every node is brought back to what was found. A registry that
 * was found read-only, or that somebody has made so before, stays so. When a node takes writes meanwhile, the collector is
 * ended: it would delete what is being pushed.
 *
 * Resolves with `undefined` when it was not approved. Rejects as `turnReadOnlyOn` does when the window was not opened; with
 * a `ReadOnlyError` when the collector failed or was cancelled, after the registry was brought back. While it is not proven
 * that the collector has ended, the registry stays read-only (`needs-operator`).
 */
export async function collectGarbage(
	nodes: readonly RegistryNode[],
	options: GarbageOptions,
): Promise<GarbageResult | undefined> {
	const window = await openWindow(nodes, options);
	if (window === undefined) return undefined;
	const collected = await attempt(() => collect(nodes, options));
	if ("error" in collected) {
		await requireEnd(window, collected.error, options);
		options.observe({
			type: "collector-ended",
			reason: messageOf(collected.error),
		});
	}
	const flushed = await attempt(options.flush);
	if ("value" in flushed && flushed.value !== undefined)
		options.observe({ type: "flushed", result: flushed.value });
	const states = await closeWindow(nodes, window, options);
	if ("error" in collected)
		throw new ReadOnlyError(
			"The garbage was not collected, or not all of it",
			collected.error,
			states.map(({ name, state }) => ({
				name,
				standing: "as-found",
				found: state,
			})),
		);
	return {
		collection: collected.value,
		flushed:
			"error" in flushed ? { failed: messageOf(flushed.error) } : flushed.value,
		nodes: states,
	};
}

/** Runs the collector for as long as every node refuses writes. */
async function collect(
	nodes: readonly RegistryNode[],
	options: GarbageOptions,
): Promise<Collection> {
	const { collector, command, observe, signal } = options;
	const over = new AbortController();
	const stop = new AbortController();
	const signals = [stop.signal, ...(signal === undefined ? [] : [signal])];
	const watching = watch(nodes, options, over.signal).catch(
		(error: unknown) => {
			stop.abort(error);
		},
	);
	observe({ type: "collecting", command });
	try {
		const { exitCode, collection, said } = await collector.run({
			signal: AbortSignal.any(signals),
		});
		// What was found while it ran counts, even if it has ended meanwhile.
		stop.signal.throwIfAborted();
		if (exitCode !== 0) throw failed(command, exitCode, said);
		observe({ type: "collected", collection });
		return collection;
	} finally {
		over.abort();
		await watching;
	}
}

function failed(
	command: string,
	exitCode: number | undefined,
	said: readonly string[],
): RegistryError {
	const last = said.slice(-3).join(" | ");
	return new RegistryError(
		"failed",
		`"${command}" ended with exit code ${exitCode}${last === "" ? "" : `: ${last}`}`,
		{
			suggestions: [
				"What it has deleted until then was not needed by any image; it is safe to run it again.",
			],
		},
	);
}

/** Rejects when a node takes writes; resolves when it is over. */
async function watch(
	nodes: readonly RegistryNode[],
	{ probe, clock }: GarbageOptions,
	over: AbortSignal,
): Promise<void> {
	while (!over.aborted) {
		try {
			await clock.wait(WATCH_MS, over);
			for (const node of nodes) {
				const { state } = await probe(node, { signal: over });
				if (state === "writable") throw writable(node);
			}
		} catch (error) {
			if (over.aborted) return;
			throw error;
		}
	}
}

function writable({ name, url }: RegistryNode): RegistryError {
	return new RegistryError(
		"unproven",
		`${name} (${url.origin}) took writes while the collector ran, which was ended at once: somebody has made it writable`,
		{
			suggestions: [
				"Keep configuration management (Puppet, Chef, Ansible) from it meanwhile, and check what was pushed in these seconds.",
			],
		},
	);
}

/** A collector that goes on in a registry that takes writes deletes what is pushed: better read-only for too long. */
async function requireEnd(
	{ proof }: CollectionWindow,
	cause: unknown,
	{ collector, command }: GarbageOptions,
): Promise<void> {
	const ended = await attempt(() => collector.end());
	if ("value" in ended) return;
	throw new ReadOnlyError(
		`The garbage was not collected, or not all of it: ${messageOf(cause)}`,
		`it is not proven that "${command}" has ended (${messageOf(ended.error)})`,
		proof.nodes.map(({ name, found }) => ({
			name,
			standing: "left",
			found,
			because:
				"it was left read-only, for a collector that goes on would delete what is pushed. See that it has ended first",
		})),
	);
}

async function attempt<T>(
	act: () => Promise<T>,
): Promise<{ readonly value: T } | { readonly error: unknown }> {
	try {
		return { value: await act() };
	} catch (error) {
		return { error };
	}
}
