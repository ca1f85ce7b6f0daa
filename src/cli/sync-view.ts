import type { Damage, SyncEvent, SyncResult } from "../sync/events.ts";
import {
	formatBytes,
	formatCount,
	formatDuration,
	formatObjects,
	printable,
} from "./format.ts";
import { type Group, Groups } from "./groups.ts";
import type { Standing } from "./progress.ts";
import type { TransferLines } from "./transfer-lines.ts";

/** How a view writes: results to standard output, trouble to standard error. */
export interface ViewOutput {
	readonly result: (line: string) => void;
	readonly trouble: (line: string) => void;
}

/** Failures that are printed as they happen; the rest are in the summary's groups. */
const PRINTED_FAILURES = 20;

/** Damaged objects that are named; the rest are counted. */
const NAMED_DAMAGE = 1000;

/** Folds a pass's events into lines, progress and a summary. */
export class SyncView {
	readonly #lines: TransferLines;
	readonly #output: ViewOutput;
	readonly #printsCopies: boolean;
	readonly #failures = new Groups();
	readonly #heldBack = new Groups();
	readonly #unreadable = new Groups();
	readonly #damage: Damage[] = [];
	#label = "Starting";
	#read = 0;
	#planned: { readonly objects: number; readonly bytes: number } | undefined;
	#done = 0;
	#doneBytes = 0;
	#printed = 0;

	constructor(
		lines: TransferLines,
		output: ViewOutput,
		options: { readonly printsCopies: boolean },
	) {
		this.#lines = lines;
		this.#output = output;
		this.#printsCopies = options.printsCopies;
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
				this.#read += event.objects;
				break;
			case "source-read":
				if (this.#label !== "Reading the source") this.#read = 0;
				this.#label = "Reading the source";
				this.#read += event.objects;
				break;
			case "planned":
				this.#planned = event;
				this.#label = "Copying";
				break;
			case "copied":
				// Lock files are not part of the plan.
				if (event.kind !== "lock") this.#count(event.size);
				if (this.#printsCopies)
					this.#output.result(this.#lines.copied(event.key));
				break;
			case "skipped":
				this.#count(event.size);
				break;
			case "held-back":
				this.#count(0);
				this.#heldBack.add("held back", event.key);
				break;
			case "failed":
				this.#count(0);
				this.#failures.add(
					`${event.error.code}: ${event.error.reason}`,
					event.key,
				);
				this.#print(this.#lines.failed(event.key, event.error.reason));
				break;
			case "unreadable":
				this.#unreadable.add(
					`${event.error.code}: ${event.error.reason}`,
					event.prefix,
				);
				this.#print(
					`cannot read: ${printable(event.prefix)}: ${event.error.reason}`,
				);
				break;
			case "vanished":
				this.#count(0);
				break;
			case "broken":
				if (event.damage.kind !== "malformed") this.#count(0);
				if (this.#damage.length < NAMED_DAMAGE) this.#damage.push(event.damage);
				break;
			case "deleted":
				if (this.#printsCopies)
					this.#output.result(this.#lines.deleted(event.key));
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
	summarize(
		result: SyncResult,
		options: { readonly isDryRun: boolean; readonly durationMs: number },
	): void {
		const { copied, skipped, damage } = result;
		const verb = options.isDryRun ? "Would copy" : "Copied";
		const print = this.#output.result;
		print(
			`${verb} ${formatObjects(copied.objects)} (${formatBytes(copied.bytes)}) in ${formatDuration(options.durationMs)}; ${formatObjects(skipped.objects)} (${formatBytes(skipped.bytes)}) already the same.`,
		);
		if (result.deletedLocks > 0)
			print(
				`Removed ${formatObjects(result.deletedLocks, "stale lock file")} from the target.`,
			);
		if (result.vanished > 0)
			print(
				`Gone from the source meanwhile: ${formatObjects(result.vanished)} (normal while the registry is in use).`,
			);
		this.#printGroups(
			`Failed: ${formatObjects(result.failed)}`,
			this.#failures.list(),
		);
		this.#printGroups(
			`Could not be read in the source: ${formatObjects(result.unreadable, "place")}`,
			this.#unreadable.list(),
		);
		this.#printGroups(
			`Held back, because something they need is not in place: ${formatObjects(result.heldBack, "link")}`,
			this.#heldBack.list(),
		);
		this.#printDamage(damage);
		if (result.isStopped) print("Stopped early: too much failed.");
		print(verdict(result, options.isDryRun));
	}

	/** Says where a pass stood that was stopped from outside. */
	interrupted(): void {
		if (this.#planned === undefined) return;
		this.#output.trouble(
			`Stopped after ${formatObjects(this.#done)} of ${formatCount(this.#planned.objects)}. Run the same command again to go on; what was copied is not copied twice.`,
		);
	}

	#count(bytes: number): void {
		this.#done++;
		this.#doneBytes += bytes;
	}

	#print(line: string): void {
		this.#printed++;
		if (this.#printed <= PRINTED_FAILURES) this.#output.trouble(line);
		if (this.#printed === PRINTED_FAILURES)
			this.#output.trouble(
				"further failures are counted, and grouped in the summary",
			);
	}

	#printGroups(title: string, groups: readonly Group[]): void {
		if (groups.length === 0) return;
		this.#output.result(title);
		for (const { cause, prefix, count, example } of groups) {
			this.#output.result(
				`  ${formatObjects(count, "time")} ${cause}, under ${printable(prefix)} (such as ${printable(example)})`,
			);
		}
	}

	#printDamage(damage: SyncResult["damage"]): void {
		const total = damage.corrupt + damage.malformed + damage.dangling;
		if (total === 0) return;
		this.#output.result(
			`Broken in the source already: ${formatObjects(total)}`,
		);
		for (const { kind, key, found } of this.#damage)
			this.#output.result(`  ${kind}: ${printable(key)}: ${found}`);
		if (total > this.#damage.length)
			this.#output.result(
				`  and ${formatObjects(total - this.#damage.length, "other")}`,
			);
	}
}

function verdict(result: SyncResult, isDryRun: boolean): string {
	if (isDryRun)
		return "Nothing was changed (dry run). Blobs were not read: a real run also proves their content.";
	if (result.isComplete) {
		return result.damage.dangling > 0
			? "The target has all that the source has. Dangling links were copied as they are; garbage collection leaves such links, and they harm no image."
			: "The target has all that the source has.";
	}
	if (
		result.failed + result.heldBack + result.unreadable > 0 ||
		result.isStopped
	) {
		return "The target is not complete: remove the causes above and run the same command again. What was copied is not copied twice.";
	}
	return "All that can be copied was copied. What is broken in the source stayed out of the target: push those images again, or delete them.";
}
