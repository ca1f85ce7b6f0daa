import { createHash } from "node:crypto";
import { closeSync, openSync, statSync } from "node:fs";
import { planError, usingPlan } from "./delete-plan-error.ts";
import { compareDeletes } from "./delete-plan-order.ts";
import {
	endLine,
	HEADER_LINES,
	PLAN_TITLE,
	type PlanHeader,
	parseHeader,
	parseSpelled,
} from "./delete-plan-text.ts";
import { linesOf } from "./lines.ts";
import type { SyncRefusal } from "./refusal.ts";

/** Longest line of a plan (bytes): a key of 1,024 bytes, each as an escape of six. */
const MAX_LINE_BYTES = 8 * 1024;

/** A plan that was written down, open to be read. */
export class WrittenPlan implements Disposable {
	readonly header: PlanHeader;
	readonly #descriptor: number;
	readonly #path: string;

	/** Reads all of it once. Throws a `SyncRefusal` when it is no plan, or not a whole one. */
	constructor(path: string) {
		this.#path = path;
		this.#descriptor = usingPlan(path, "read", () => {
			// A pipe would be waited for.
			if (!statSync(path).isFile()) throw this.#unusable("it is not a file");
			return openSync(path, "r");
		});
		try {
			this.header = this.#readHeader();
			let objects = 0;
			for (const _key of this.keys()) objects++;
			if (objects !== this.header.objects) throw this.#unusable(DAMAGED);
		} catch (error) {
			this[Symbol.dispose]();
			throw error;
		}
	}

	/** The keys, in the order in which they are deleted. Throws when the plan turns out not to be a whole one. */
	*keys(): Generator<string, undefined> {
		const hash = createHash("sha256");
		let previous: string | undefined;
		let end: string | undefined;
		let count = 0;
		for (const line of this.#lines()) {
			if (end !== undefined) throw this.#unusable(DAMAGED);
			const text = line.toString();
			if (++count > HEADER_LINES) {
				if (text.startsWith("#")) {
					end = text;
					continue;
				}
				const key = parseSpelled(text);
				const isNext =
					key !== undefined &&
					(previous === undefined || compareDeletes(previous, key) < 0);
				if (!isNext) throw this.#unusable(DAMAGED);
				yield key;
				previous = key;
			}
			hash.update(line).update("\n");
		}
		if (end !== endLine(hash.digest("hex"))) throw this.#unusable(DAMAGED);
	}

	[Symbol.dispose](): void {
		closeSync(this.#descriptor);
	}

	#readHeader(): PlanHeader {
		const lines: string[] = [];
		for (const line of this.#lines()) {
			lines.push(line.toString());
			if (lines.length === HEADER_LINES || lines[0] !== PLAN_TITLE) break;
		}
		const header = parseHeader(lines);
		if (header !== undefined) return header;
		throw this.#unusable(lines[0] === PLAN_TITLE ? DAMAGED : "it is none");
	}

	*#lines(): Generator<Buffer, undefined> {
		const lines = linesOf(this.#descriptor, MAX_LINE_BYTES);
		for (;;) {
			const next = usingPlan(this.#path, "read", () => lines.next());
			if (next.done) return undefined;
			yield next.value;
		}
	}

	#unusable(reason: string): SyncRefusal {
		return planError(this.#path, "read", reason);
	}
}

const DAMAGED = "it was cut off or changed";
