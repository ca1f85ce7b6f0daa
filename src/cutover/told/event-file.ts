import {
	closeSync,
	fstatSync,
	openSync,
	readFileSync,
	readSync,
	renameSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { makePrivateDirectory } from "../../state/private-directory.ts";
import { messageOf } from "../../store/thrown.ts";
import { placeAside } from "../course/journal-file.ts";
import {
	type EventRecord,
	eventLine,
	parseEvents,
	type ToldEvent,
} from "./event-record.ts";

/** Most bytes that are kept; of a course that tells more, only its end. */
const MAX_BYTES = 4 * 1024 ** 2;

export interface EventFileOptions {
	/** The course's. */
	readonly id: string;
	/** Whether what is kept of another course is put aside first; otherwise it is added to. */
	readonly isFirst: boolean;
	/** Told at most once, as a sentence, that nothing is kept any more: that is no reason for a course to stop. */
	readonly note: (text: string) => void;
	/** Milliseconds since 1970; default `Date.now`. */
	readonly now?: (() => number) | undefined;
}

/**
 * Keeps what is told of a course in a file, a line of JSON each, for who looks on or looks back. The journal is what counts:
 * this may be missing, or end early.
 */
export class EventFile implements Disposable {
	readonly #path: string;
	readonly #options: EventFileOptions;
	#file: number | undefined;
	#length = 0;

	constructor(path: string, options: EventFileOptions) {
		this.#path = path;
		this.#options = options;
		this.#try(() => {
			makePrivateDirectory(dirname(path));
			if (options.isFirst) putAside(path, options.id);
			this.#file = openSync(path, "a+", 0o600);
			this.#length = fstatSync(this.#file).size;
			if (this.#isTorn(this.#file)) this.#write("\n");
		});
	}

	/** `text` is what people are told of it; of an event that has no form of its own (`event-record.ts`) only that is kept. */
	append(
		event: ToldEvent | { readonly type: string },
		text?: string | undefined,
	): void {
		const { id, now = Date.now } = this.#options;
		if (this.#length > MAX_BYTES && event.type !== "stopped") return;
		const at = new Date(now()).toISOString();
		const line = eventLine(event, { at, id, text });
		if (line !== undefined) this.#try(() => this.#write(line));
	}

	[Symbol.dispose](): void {
		if (this.#file !== undefined) closeSync(this.#file);
		this.#file = undefined;
	}

	/** Whether its last line has no end: a process was killed, or the disk was full. */
	#isTorn(file: number): boolean {
		const last = Buffer.alloc(1);
		return (
			this.#length > 0 &&
			readSync(file, last, 0, 1, this.#length - 1) === 1 &&
			last.toString() !== "\n"
		);
	}

	#write(text: string): void {
		if (this.#file === undefined) return;
		// All at once: who follows it, or another process, sees whole lines.
		this.#length += writeSync(this.#file, text);
	}

	#try(act: () => void): void {
		try {
			act();
		} catch (error) {
			this[Symbol.dispose]();
			this.#options.note(
				`What happens cannot be kept in ${this.#path} (${messageOf(error)}): status shows less of it, and so does the report. The journal does not need it.`,
			);
		}
	}
}

/** What is kept in the file; nothing where there is none, or it cannot be read. */
export function readEvents(path: string): readonly EventRecord[] {
	try {
		return parseEvents(readFileSync(path, "utf8"));
	} catch {
		return [];
	}
}

/** As `JournalFile` does it with a journal. */
function putAside(path: string, id: string): void {
	const kept = readEvents(path);
	const last = kept.at(-1);
	if (last === undefined || kept.some((event) => event.id === id)) return;
	renameSync(path, placeAside(path, last.at));
}
