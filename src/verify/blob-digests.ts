import { formatDigest } from "../layout/digest.ts";
import { BLOBS_PREFIX } from "../layout/paths.ts";
import { UnknownRanges } from "../layout/unknown-ranges.ts";
import type { ObjectMeta, ObjectStore } from "../store/object-store.ts";
import { digestOf, isBlob } from "./blob-check.ts";
import type { VerifyEvent } from "./event.ts";
import type { Finding, FindingKind, FindingSummary } from "./finding.ts";
import { Ledger } from "./ledger.ts";
import { findingError } from "./listing.ts";
import { pull } from "./pull.ts";
import { foundOf, hashObject, LookError } from "./read.ts";
import { Tally } from "./tally.ts";
import type { VerifiedSide } from "./verification.ts";

export interface DigestOptions {
	/**
	 * Share of the blobs that is looked at, from 0 to 1: the same ones each time, of which those of a smaller share are a
	 * part. Default 1.
	 */
	readonly share?: number | undefined;
	/** Most blobs that are read at the same time; default 8. */
	readonly concurrency?: number | undefined;
	/** Most findings of each kind that the result holds; default 20. */
	readonly maxExamples?: number | undefined;
	readonly observe?: ((event: VerifyEvent) => void) | undefined;
	readonly signal?: AbortSignal | undefined;
}

interface Amount {
	readonly objects: number;
	/** Bytes. */
	readonly bytes: number;
}

/** What came out: plain data, of bounded size. */
export interface DigestResult {
	/** The store's URL, without secrets. */
	readonly url: string;
	readonly share: number;
	/** All blobs. */
	readonly blobs: Amount;
	/** Those that were read back and hashed. */
	readonly read: Amount;
	/** Blobs whose bytes do not hash to their name. */
	readonly corrupt: FindingSummary;
	/** Blobs, and places, that could not be looked at. */
	readonly unknown: FindingSummary;
	/** Whether there is no finding, and anything was proven at all. */
	readonly isSound: boolean;
}

/**
 * Proves the bytes of a store's blobs, or of a sample of them, against the digests that are their names, and trusts nothing that
 * a pass has noted. Rejects with a `StoreError` when the listing fails; a cancelled call rejects with the signal's reason.
 */
export async function proveDigests(
	store: ObjectStore,
	options: DigestOptions = {},
): Promise<DigestResult> {
	const { share = 1, concurrency = 8, maxExamples = 20, signal } = options;
	signal?.throwIfAborted();
	const ended = new AbortController();
	const proof = new Proof(store, new Ledger(maxExamples), {
		share,
		observe: options.observe ?? (() => {}),
		signal: AbortSignal.any([ended.signal, ...(signal ? [signal] : [])]),
	});
	try {
		await pull(
			proof.blobs(),
			concurrency,
			(blob) => proof.prove(blob),
			() => ended.abort(),
		);
	} catch (error) {
		signal?.throwIfAborted();
		throw error;
	}
	return proof.result();
}

class Proof {
	readonly #side: VerifiedSide;
	readonly #ledger: Ledger;
	readonly #share: number;
	readonly #observe: (event: VerifyEvent) => void;
	readonly #signal: AbortSignal;
	readonly #counts = {
		blobs: { objects: 0, bytes: 0 },
		read: { objects: 0, bytes: 0 },
	};

	constructor(
		store: ObjectStore,
		ledger: Ledger,
		{
			share,
			observe,
			signal,
		}: {
			readonly share: number;
			readonly observe: (event: VerifyEvent) => void;
			readonly signal: AbortSignal;
		},
	) {
		this.#side = {
			side: "target",
			store,
			tally: new Tally(),
			unknown: new UnknownRanges(),
		};
		this.#ledger = ledger;
		this.#share = share;
		this.#observe = observe;
		this.#signal = signal;
	}

	async *blobs(): AsyncGenerator<readonly ObjectMeta[], undefined> {
		const pages = this.#side.store.list({
			prefix: BLOBS_PREFIX,
			signal: this.#signal,
		});
		for await (const { objects, unreadable } of pages) {
			for (const { prefix, error } of unreadable)
				this.#report("unknown", prefix, {
					error: findingError("target", error),
				});
			this.#observe({
				type: "listed",
				side: "target",
				objects: objects.length,
			});
			yield objects.filter(({ key }) => isBlob(key));
		}
	}

	/**
	 * | the blob                                  | then                        |
	 * | ----------------------------------------- | --------------------------- |
	 * | is none of the sample                     | nothing                     |
	 * | has a name of an algorithm unknown to us  | unknown                     |
	 * | has bytes that hash to its name           | proven                      |
	 * | has other bytes                           | corrupt                     |
	 * | is gone meanwhile                         | nothing: it was collected   |
	 * | cannot be read                            | unknown                     |
	 */
	prove(blob: ObjectMeta): Promise<void> | undefined {
		const { key, size } = blob;
		count(this.#counts.blobs, size);
		const digest = digestOf(key);
		if (digest === undefined) {
			this.#report("unknown", key, { target: foundOf(blob) });
			return undefined;
		}
		if (!isSampled(digest.hex, this.#share)) return undefined;
		return this.#read(blob, digest);
	}

	result(): DigestResult {
		const { corrupt, unknown } = this.#ledger.summaries();
		const { read } = this.#counts;
		return {
			url: this.#side.store.url,
			share: this.#share,
			...structuredClone(this.#counts),
			...{ corrupt, unknown },
			isSound: corrupt.count + unknown.count === 0 && read.objects > 0,
		};
	}

	async #read(
		blob: ObjectMeta,
		{ algorithm, hex }: { readonly algorithm: string; readonly hex: string },
	): Promise<void> {
		const { key, size } = blob;
		try {
			const found = await hashObject(this.#side, key, algorithm, this.#signal);
			count(this.#counts.read, size);
			this.#observe({ type: "compared", objects: 1 });
			if (found !== hex)
				this.#report("corrupt", key, {
					target: foundOf(blob, formatDigest({ algorithm, hex: found })),
				});
		} catch (error) {
			if (!(error instanceof LookError)) throw error;
			if (error.cause.code === "not-found") return;
			this.#report("unknown", key, {
				target: foundOf(blob),
				error: findingError("target", error.cause),
			});
		}
	}

	#report(
		kind: FindingKind,
		key: string,
		more: Pick<Finding, "target" | "error">,
	): void {
		const finding: Finding = { kind, cause: "unknown", key, ...more };
		this.#ledger.add(finding);
		this.#observe({ type: "finding", finding });
	}
}

/** Digests are spread evenly, so the first of them are a fair sample. */
function isSampled(hex: string, share: number): boolean {
	return Number.parseInt(hex.slice(0, 8), 16) < share * 2 ** 32;
}

function count(amount: { objects: number; bytes: number }, size: number): void {
	amount.objects += 1;
	amount.bytes += size;
}
