import type { StoreError } from "../../store/errors.ts";
import type { Damage, SyncEvent, SyncResult } from "../../sync/events.ts";
import { formatCount, formatObjects, printable } from "../format.ts";
import { Groups, type Occurrence } from "../groups.ts";
import type { Standing } from "./progress.ts";
import { summaryLines } from "./sync-summary.ts";
import type { TransferLines } from "./transfer-lines.ts";

/** How a view writes: results to standard output, trouble to standard error. */
export interface ViewOutput {
	readonly result: (line: string) => void;
	readonly trouble: (line: string) => void;
}

/** Troubles that are printed as they happen; the rest are in the summary's groups. */
const PRINTED_TROUBLES = 5;

/** Why a link is held back is said once, for all of them. */
const HELD_BACK: Occurrence = { code: "held-back", cause: "", suggestions: [] };

/** What is being done, while the source is read. */
const READING = "Reading the source";

/** Damaged objects that are named; the rest are counted. */
const NAMED_DAMAGE = 1000;

export interface SyncViewOptions {
	readonly isDryRun: boolean;
	/** Delete what the source does not have. */
	readonly deletes: boolean;
	/** The file of a delete plan, if there is one. */
	readonly planPath?: string | undefined;
	/** Print a line for each object that is copied. */
	readonly printsCopies: boolean;
	/** Failures after which the pass gives up. */
	readonly maxFailures?: number | undefined;
}

/** Folds a pass's events into lines, progress and a summary. */
export class SyncView {
	readonly #lines: TransferLines;
	readonly #output: ViewOutput;
	readonly #options: SyncViewOptions;
	readonly #failures = new Groups();
	readonly #heldBack = new Groups();
	readonly #unreadable = new Groups();
	readonly #damage: Damage[] = [];
	#label = "Starting";
	#read = 0;
	#planned: { readonly objects: number; readonly bytes: number } | undefined;
	#done = 0;
	#doneBytes = 0;
	#troubles = 0;

	constructor(
		lines: TransferLines,
		output: ViewOutput,
		options: SyncViewOptions,
	) {
		this.#lines = lines;
		this.#output = output;
		this.#options = options;
	}

	/** For the progress display. */
	get standing(): Standing {
		const planned = this.#planned;
		if (planned === undefined) {
			return {
				label: this.#label,
				objects: this.#read,
				totalObjects: undefined,
				bytes: 0,
				totalBytes: 0,
			};
		}
		const bytes = { bytes: this.#doneBytes, totalBytes: planned.bytes };
		return {
			label: this.#label,
			objects: this.#done,
			totalObjects: planned.objects,
			...bytes,
		};
	}

	observe(event: SyncEvent): void {
		switch (event.type) {
			case "pass-started":
				this.#label = "Listing the target";
				break;
			case "target-listed":
				// Both sides may be read at a time: then the source's objects are counted.
				if (this.#label !== READING) this.#read += event.objects;
				break;
			case "source-read":
				if (this.#label !== READING) this.#read = 0;
				this.#label = READING;
				this.#read += event.objects;
				break;
			case "planned":
				this.#planned = event;
				this.#label = "Copying";
				break;
			case "copied":
				// Lock files are not part of the plan.
				if (event.kind !== "lock") this.#count(event.size);
				if (this.#options.printsCopies)
					this.#result(this.#lines.copied(event.key));
				break;
			case "skipped":
				this.#count(event.size);
				break;
			case "held-back":
				this.#count(0);
				this.#heldBack.add(HELD_BACK, event.key);
				break;
			case "failed":
				this.#count(0);
				this.#failures.add(
					occurrence(event.error, this.#lines.reason(event.error)),
					event.key,
				);
				this.#printTrouble(this.#lines.failed(event.key, event.error));
				break;
			case "unreadable":
				this.#unreadable.add(
					occurrence(event.error, event.error.reason),
					event.prefix,
				);
				this.#printTrouble(
					`cannot read: ${event.prefix}: ${event.error.reason}`,
				);
				break;
			case "vanished":
				this.#count(0);
				break;
			case "broken":
				// A malformed link is not part of the plan, and a dangling one is copied as well.
				if (event.damage.kind === "corrupt") this.#count(0);
				if (this.#damage.length < NAMED_DAMAGE) this.#damage.push(event.damage);
				break;
			case "deleted":
				if (this.#options.printsCopies)
					this.#result(this.#lines.deleted(event.key));
				break;
			case "delete-failed":
				this.#failures.add(
					occurrence(event.error, this.#lines.reason(event.error)),
					event.key,
				);
				this.#printTrouble(this.#lines.deleteFailed(event.key, event.error));
				break;
			default:
				event satisfies never;
		}
	}

	/** What `--json` prints. */
	report(result: SyncResult): object {
		return {
			...result,
			failures: this.#failures.list(),
			heldBackGroups: this.#heldBack.list(),
			unreadableGroups: this.#unreadable.list(),
			damaged: this.#damage,
		};
	}

	/** Prints what a pass came to. */
	summarize(result: SyncResult, durationMs: number): void {
		const lines = summaryLines(result, {
			isDryRun: this.#options.isDryRun,
			deletes: this.#options.deletes,
			planPath: this.#options.planPath,
			durationMs,
			maxFailures: this.#options.maxFailures,
			failures: this.#failures.list(),
			unreadable: this.#unreadable.list(),
			heldBack: this.#heldBack.list(),
			damage: this.#damage,
		});
		for (const line of lines) this.#result(line);
	}

	/** Where a pass stood that was stopped from outside, and how to go on. */
	get interrupted(): string {
		if (this.#options.isDryRun) return "Nothing was changed (dry run).";
		if (this.#planned === undefined)
			return "Stopped before anything was copied. Run the same command again.";
		return `Stopped after ${formatObjects(this.#done)} of ${formatCount(this.#planned.objects)}. Run the same command again to go on; what was copied is not copied twice.`;
	}

	#count(bytes: number): void {
		this.#done++;
		this.#doneBytes += bytes;
	}

	#result(line: string): void {
		this.#output.result(printable(line));
	}

	#printTrouble(line: string): void {
		if (this.#troubles++ < PRINTED_TROUBLES)
			this.#output.trouble(printable(line));
		else if (this.#troubles === PRINTED_TROUBLES + 1)
			this.#output.trouble(
				"What fails from here on is counted, and grouped in the summary.",
			);
	}
}

function occurrence(
	{ code, suggestions }: StoreError,
	cause: string,
): Occurrence {
	return { code, cause, suggestions };
}
