import { getFips, hash } from "node:crypto";
import { exclusionOf } from "../layout/exclusion.ts";
import { copyRank } from "../layout/order.ts";
import { kindOf, parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import { lowestRankBelow } from "../layout/sections.ts";
import type { ObjectStore, Unreadable } from "../store/object-store.ts";
import { record } from "../store/record.ts";
import { ByteBudget } from "./byte-budget.ts";
import { copy } from "./copy.ts";
import { decide } from "./decide.ts";
import { add, Counts, type SyncEvent, type SyncResult } from "./events.ts";
import {
	guardDistinct,
	guardOverlap,
	guardSource,
	guardTarget,
} from "./guards.ts";
import { mirrorLocks } from "./locks.ts";
import { ObjectIndex, State } from "./object-index.ts";
import { type ScannedObject, scan } from "./scan.ts";

export interface SyncOptions {
	/** Objects on their way at a time; default 32. */
	readonly concurrency?: number | undefined;
	/** Go through everything and change nothing; the events are those of what would be done. Default false. */
	readonly isDryRun?: boolean | undefined;
	/** Accept a target that holds something else, or another registry. Default false. */
	readonly isTargetNotEmpty?: boolean | undefined;
	/** Failures after which the pass gives up; default 1,000. */
	readonly maxFailures?: number | undefined;
	/** Called with each fact as it happens; must not throw. */
	readonly observe?: ((event: SyncEvent) => void) | undefined;
	/** Stops the pass; it then rejects with the signal's reason. What was copied stays, and is closed (I1). */
	readonly signal?: AbortSignal | undefined;
}

/** Bodies held at a time (bytes), beside the parts of large ones. */
const BUDGET_BYTES = 64 * 1024 * 1024;

/** Objects larger than this (bytes) count as large, where the target does not say. */
const LARGE_BYTES = 8 * 1024 * 1024;

/**
 * One pass: makes the target hold what the source's registry holds, in an order in which the target is closed under
 * references at every instant (I1), while the source's registry may be live. Deletes nothing but stale lock files.
 *
 * Rejects with a `SyncRefusal` when a guard refuses (nothing was changed then), with a `StoreError` when a listing
 * fails as a whole, or with the signal's reason. What happens to single objects is reported and counted.
 */
export async function sync(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<SyncResult> {
	const {
		concurrency = 32,
		maxFailures = 1000,
		observe = () => {},
		signal,
	} = options;
	guardDistinct(source, target);
	await guardSource(source, signal);
	if (!options.isTargetNotEmpty) await guardTarget(target, signal);
	const written = options.isDryRun ? record(target) : target;
	const counts = new Counts();
	const largeBytes = target.can.multipartThreshold ?? LARGE_BYTES;
	using index = new ObjectIndex(largeBytes);
	const pass = new Pass(source, written, index, counts, observe, signal);

	observe({ type: "pass-started" });
	await pass.listTarget();
	await pass.readSource(concurrency);
	if (!options.isTargetNotEmpty) guardOverlap(target, index.overlap());
	observe({ type: "planned", ...index.totals() });
	await pass.mirrorLocks();
	const budget = new ByteBudget(BUDGET_BYTES);
	await copy({
		source,
		target: written,
		index,
		counts,
		observe,
		concurrency,
		maxFailures,
		budget,
		signal,
	});
	// Once more: they may have changed while the pass ran, and they count only as a pair.
	if (!options.isDryRun) await pass.mirrorLocks();
	return counts.result();
}

class Pass {
	readonly #source: ObjectStore;
	readonly #target: ObjectStore;
	readonly #index: ObjectIndex;
	readonly #counts: Counts;
	readonly #observe: (event: SyncEvent) => void;
	readonly #signal: AbortSignal | undefined;
	#isTargetEmpty = true;

	constructor(
		source: ObjectStore,
		target: ObjectStore,
		index: ObjectIndex,
		counts: Counts,
		observe: (event: SyncEvent) => void,
		signal: AbortSignal | undefined,
	) {
		this.#source = source;
		this.#target = target;
		this.#index = index;
		this.#counts = counts;
		this.#observe = observe;
		this.#signal = signal;
	}

	/** Takes in what the target has; nobody else writes there, so this may be done before the source is read. */
	async listTarget(): Promise<void> {
		for await (const { objects, unreadable } of this.#target.list({
			prefix: REGISTRY_PREFIX,
			signal: this.#signal,
		})) {
			// A target that cannot be looked at cannot be decided on.
			for (const { error } of unreadable) throw error;
			this.#isTargetEmpty = false;
			this.#index.addTarget(
				objects.filter(
					({ key }) =>
						exclusionOf(key) === undefined && parseKey(key)?.kind !== "lock",
				),
			);
			this.#observe({ type: "target-listed", objects: objects.length });
		}
	}

	/** Reads the source in the order that is safe on a live registry, and decides on each object. */
	async readSource(concurrency: number): Promise<void> {
		for await (const page of scan(this.#source, {
			concurrency,
			signal: this.#signal,
		})) {
			for (const object of page.objects) this.#take(object);
			for (const unreadable of page.unreadable) this.#note(unreadable);
			for (const { key, content } of page.malformed) this.#report(key, content);
			const objects = page.objects.length + page.malformed.length;
			if (objects > 0) this.#observe({ type: "source-read", objects });
		}
	}

	async mirrorLocks(): Promise<void> {
		const { copied, deleted } = await mirrorLocks(
			this.#source,
			this.#target,
			this.#signal,
		);
		for (const { key, size } of copied) {
			add(this.#counts.copied, size);
			this.#observe({ type: "copied", key, kind: "lock", size });
		}
		for (const key of deleted) {
			this.#counts.deletedLocks++;
			this.#observe({ type: "deleted", key });
		}
	}

	#take(object: ScannedObject): void {
		const { key, kind, size, content } = object;
		const atTarget = this.#isTargetEmpty ? undefined : this.#index.target(key);
		const md5 =
			content === undefined || atTarget?.md5 === undefined
				? undefined
				: md5Of(content);
		const action = decide({ kind, size, md5 }, atTarget);
		this.#index.addSource({ key, kind, size, content, state: STATES[action] });
		add(this.#counts.scanned, size);
		if (action === "skip") add(this.#counts.skipped, size);
	}

	#note({ prefix, error }: Unreadable): void {
		this.#counts.unreadable++;
		const kind = parseKey(prefix)?.kind;
		this.#index.mark(
			prefix,
			kind === undefined ? lowestRankBelow(prefix) : copyRank(kind),
			State.trouble,
		);
		this.#observe({ type: "unreadable", prefix, error });
	}

	#report(key: string, content: string): void {
		this.#counts.damage.malformed++;
		this.#index.mark(key, copyRank(kindOf(key)), State.broken);
		const found =
			content === ""
				? "it is empty"
				: `it holds ${JSON.stringify(content)}, which is no digest`;
		this.#observe({
			type: "broken",
			damage: { kind: "malformed", key, found },
		});
	}
}

const STATES = {
	copy: State.copy,
	compare: State.compare,
	skip: State.settled,
} as const;

/** MD5 in hex; `undefined` where the machine's policy (FIPS) forbids it, and contents must be compared. */
function md5Of(content: string): string | undefined {
	return IS_FIPS ? undefined : hash("md5", content, "hex");
}

const IS_FIPS = getFips() === 1;
