import { isLink } from "../layout/order.ts";
import type { Kind } from "../layout/paths.ts";
import { StoreError } from "../store/errors.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import { blobCheck } from "./blob-check.ts";
import type { Check, FullSighting, Sighting } from "./check.ts";
import { contentCheck } from "./content-check.ts";
import type { Finding, FindingKind } from "./finding.ts";
import { linkCheck } from "./link-check.ts";
import { findingError, listSide } from "./listing.ts";
import { merge, OutOfOrderError, type Pair } from "./merge.ts";
import { pull } from "./pull.ts";
import { foundOf, headObject, LookError } from "./read.ts";
import { classify, isIgnored } from "./tally.ts";
import type { Verification } from "./verification.ts";

/** How many compared keys are reported together. */
const REPORT_EVERY = 1000;

/** How often a key is looked at that is gone again each time its content is asked for. */
const LOOKS = 3;

/**
 * Compares every key of both sides. What the listings show as unlike is looked at again before it is said, since a
 * listing of a registry at work is not of one moment.
 */
export async function compareSides(verification: Verification): Promise<void> {
	const { source, target, concurrency, stop } = verification;
	const comparison = new Comparison(verification);
	try {
		await pull(
			merge(listSide(verification, source), listSide(verification, target)),
			concurrency,
			(pair) => comparison.compare(pair),
			stop,
		);
	} catch (error) {
		throw error instanceof OutOfOrderError
			? notInOrder(verification, error)
			: error;
	}
	comparison.reportProgress();
}

/** Looks at these keys on both sides, whatever listings would show. */
export async function compareKeys(
	verification: Verification,
	keys: Iterable<string>,
): Promise<void> {
	const comparison = new Comparison(verification);
	await pull(
		batches(keys),
		verification.concurrency,
		(key) => comparison.look(key),
		verification.stop,
	);
	comparison.reportProgress();
}

class Comparison {
	readonly #verification: Verification;
	#unreported = 0;

	constructor(verification: Verification) {
		this.#verification = verification;
	}

	/** Compares what a pair of listings shows; a promise where that takes more than the listings. */
	compare({
		key,
		left: source,
		right: target,
	}: Pair<ObjectMeta>): Promise<void> | undefined {
		const verification = this.#verification;
		const what = classify(key);
		if (source !== undefined) verification.source.tally.add(what, source.size);
		if (target !== undefined) verification.target.tally.add(what, target.size);
		if (isIgnored(what)) {
			if (what === "marker" && target !== undefined)
				this.#reportMarker(key, source, target);
			return undefined;
		}
		const check = checkOf(what);
		if (source !== undefined && target !== undefined) {
			const sighting = { key, source, target };
			const verdict = check.fromListings(sighting);
			if (verdict === "same") {
				this.#countCompared();
				return undefined;
			}
			return verdict === "read"
				? this.#read(check, sighting)
				: this.#lookAgain(check, sighting);
		}
		const other =
			source === undefined ? verification.source : verification.target;
		if (other.unknown.covers(key)) {
			verification.totals.uncompared += 1;
			return undefined;
		}
		return this.#lookAgain(check, { key, source, target });
	}

	/** Asks both stores what they have under a key. */
	look(key: string): Promise<void> | undefined {
		const what = classify(key);
		return isIgnored(what)
			? undefined
			: this.#lookAgain(checkOf(what), {
					key,
					source: undefined,
					target: undefined,
				});
	}

	/** Reports what was compared and is not reported yet. */
	reportProgress(): void {
		if (this.#unreported === 0) return;
		const objects = this.#unreported;
		this.#unreported = 0;
		this.#verification.observe({ type: "compared", objects });
	}

	async #read(check: Check, sighting: FullSighting): Promise<void> {
		try {
			if (await check.isSame(this.#verification, sighting)) {
				this.#countCompared();
				return;
			}
		} catch (error) {
			// Whatever could not be read is looked at afresh: it may be gone, which is no trouble.
			if (!(error instanceof LookError)) throw error;
		}
		await this.#lookAgain(check, sighting);
	}

	/** Asks both stores what there is now, and says what is still wrong. */
	async #lookAgain(check: Check, listed: Sighting): Promise<void> {
		const verification = this.#verification;
		let seen = listed;
		for (let look = 1; ; look++) {
			try {
				seen = await lookAt(verification, listed.key);
				const finding = await check.examine(verification, seen);
				if (finding !== undefined) verification.report(finding);
				break;
			} catch (error) {
				if (!(error instanceof LookError)) throw error;
				// Gone between the question whether it is there and the one what it holds: it is asked about again.
				if (error.cause.code === "not-found" && look < LOOKS) continue;
				verification.report(halfKnown(seen, seen !== listed, error));
				break;
			}
		}
		this.#countCompared();
	}

	#reportMarker(
		key: string,
		source: ObjectMeta | undefined,
		target: ObjectMeta,
	): void {
		this.#verification.report({
			kind: "marker",
			cause: source === undefined ? "migration" : "source",
			key,
			source: source && foundOf(source),
			target: foundOf(target),
		});
	}

	#countCompared(): void {
		this.#verification.totals.compared += 1;
		this.#unreported += 1;
		if (this.#unreported === REPORT_EVERY) this.reportProgress();
	}
}

/** Keys in one batch: they are at hand, and nothing waits for the next. */
async function* batches(
	keys: Iterable<string>,
): AsyncGenerator<readonly string[], undefined> {
	yield [...keys];
}

/** What both stores have under the key now. */
async function lookAt(
	{ source, target, signal }: Verification,
	key: string,
): Promise<Sighting> {
	const [atSource, atTarget] = await Promise.all([
		headObject(source, key, signal),
		headObject(target, key, signal),
	]);
	return { key, source: atSource, target: atTarget };
}

/** The finding for a key of which something could not be looked at: what is certain is said, and that the rest is not. */
function halfKnown(
	{ key, source, target }: Sighting,
	isFresh: boolean,
	{ side, cause: error }: LookError,
): Finding {
	const kindOf = (): FindingKind => {
		if (!isFresh) return "unknown";
		if (target === undefined) return "missing";
		return source?.size === target.size ? "unknown" : "different";
	};
	return {
		kind: kindOf(),
		cause: "unknown",
		key,
		source: source && foundOf(source),
		target: target && foundOf(target),
		error: findingError(side, error),
	};
}

function checkOf(kind: Kind): Check {
	if (kind === "blob") return blobCheck;
	return isLink(kind) ? linkCheck : contentCheck;
}

/** The merge's complaint in the terms of stores. */
function notInOrder(
	verification: Verification,
	{ input, before, after }: OutOfOrderError,
): StoreError {
	const { store } =
		input === "left" ? verification.source : verification.target;
	return new StoreError(
		"unsupported",
		`it lists keys out of order ("${after}" after "${before}")`,
		{ store: store.url, operation: "list" },
	);
}
