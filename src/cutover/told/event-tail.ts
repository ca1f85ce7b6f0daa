import { closeSync, openSync, readSync } from "node:fs";
import { type EventRecord, parseEvents } from "./event-record.ts";

/** Most bytes that are read at a time. */
const PIECE = 64 * 1024;

/** Reads what is added to a file of events, which need not be there yet. One that is put aside meanwhile is read to its end. */
export class EventTail implements Disposable {
	readonly #path: string;
	readonly #piece = Buffer.alloc(PIECE);
	#file: number | undefined;
	#position = 0;
	/** What is read of a line that has no end yet. */
	#begun: Buffer = Buffer.alloc(0);

	constructor(path: string) {
		this.#path = path;
	}

	/** What has been added since the last time; nothing while it cannot be read. */
	read(): readonly EventRecord[] {
		try {
			this.#file ??= openSync(this.#path, "r");
			return parseEvents(this.#newText(this.#file));
		} catch {
			return [];
		}
	}

	[Symbol.dispose](): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}

	/** Whole lines. */
	#newText(file: number): string {
		for (;;) {
			const count = readSync(file, this.#piece, 0, PIECE, this.#position);
			if (count === 0) break;
			this.#position += count;
			this.#begun = Buffer.concat([
				this.#begun,
				this.#piece.subarray(0, count),
			]);
		}
		const end = this.#begun.lastIndexOf("\n") + 1;
		const text = this.#begun.toString("utf8", 0, end);
		this.#begun = this.#begun.subarray(end);
		return text;
	}
}
