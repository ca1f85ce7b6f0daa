import {
	closeSync,
	existsSync,
	fdatasyncSync,
	fsyncSync,
	linkSync,
	openSync,
	readdirSync,
	readFileSync,
	writeSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { makePrivateDirectory } from "../../state/private-directory.ts";
import { renameDurably } from "../../state/rename-durably.ts";
import { errno } from "../../store/filesystem/errors.ts";
import { messageOf } from "../../store/thrown.ts";
import { CutoverError } from "../cutover-error.ts";
import type { Journal } from "./journal.ts";
import {
	type JournalProblem,
	type JournalRecord,
	parseJournal,
	type ReadJournal,
	recordLine,
} from "./journal-record.ts";

/** Space that is taken before anything is begun, so that a full disk cannot stop a cutover half-way (bytes). */
const SPACE = 256 * 1024;

/**
 * The journal of a registry's cutover in a file: records are only ever added, each durable before it counts. One that has
 * ended is put aside, and a new one begun. Throws a `CutoverError`.
 */
export class JournalFile implements Journal, Disposable {
	readonly #path: string;
	readonly #file: number;
	readonly #records: JournalRecord[];
	#length: number;

	constructor(path: string) {
		this.#path = path;
		try {
			makePrivateDirectory(dirname(path));
			if (!existsSync(path) || hasEnded(path)) create(path);
			const { records, length, tornBytes } = readJournal(path);
			this.#records = [...records];
			this.#length = length;
			this.#file = openSync(path, "r+");
			if (tornBytes > 0) this.#cover(tornBytes);
		} catch (error) {
			throw unusable(path, error, ". Nothing was changed");
		}
	}

	get records(): readonly JournalRecord[] {
		return this.#records;
	}

	append(record: JournalRecord): void {
		try {
			this.#write(record, 0);
		} catch (error) {
			throw unusable(this.#path, error);
		}
	}

	[Symbol.dispose](): void {
		closeSync(this.#file);
	}

	/** What is torn is covered by a record that says so: at each moment in between something torn is left. */
	#cover(tornBytes: number): void {
		this.#write({ type: "torn", at: new Date().toISOString() }, tornBytes);
	}

	#write(record: JournalRecord, covered: number): void {
		const line = Buffer.from(recordLine(record));
		const bytes = Buffer.alloc(Math.max(line.length, covered));
		line.copy(bytes);
		for (let written = 0; written < bytes.length; )
			written += writeSync(
				this.#file,
				bytes,
				written,
				bytes.length - written,
				this.#length + written,
			);
		fdatasyncSync(this.#file);
		this.#length += line.length;
		this.#records.push(record);
	}
}

const PROBLEMS: Readonly<Record<JournalProblem | "short", string>> = {
	damaged: "a record in it is damaged, which no power cut does",
	short: "it is shorter than it was made, so records at its end may be missing",
	"another version's":
		"it has records that this version does not know: a newer one wrote them",
};

const LOST =
	"Put back a copy of it that is whole, if there is one. Else: what was done is told by the file of events beside it, and which storage a node is on by its configuration, beside which .regmigrate keeps the one of before. Do not put that back where pushes were taken on the target.";

/** What there is to do about a journal that cannot be read. */
const SUGGESTIONS: Readonly<Record<JournalProblem | "short", string>> = {
	damaged: LOST,
	short: LOST,
	"another version's": "Use the version of regmigrate that wrote it.",
};

/** A journal whose bytes do not say how far its course is. */
class UnreadableJournal extends Error {
	readonly suggestion: string;

	constructor(problem: JournalProblem | "short") {
		super(PROBLEMS[problem]);
		this.suggestion = SUGGESTIONS[problem];
	}
}

function readJournal(path: string): ReadJournal {
	const bytes = readFileSync(path);
	const read = parseJournal(bytes);
	if (typeof read === "string") throw new UnreadableJournal(read);
	// It is made as a whole: one that was cut off would tell of less than was done, and what goes back by it be believed.
	if (bytes.length < SPACE) throw new UnreadableJournal("short");
	return read;
}

/**
 * What is noted in the journal at a path, for who only looks: nothing is made, locked or mended, and whoever writes is not
 * kept from it. A record that is being written, or torn, is not among them. `undefined`: there is none. Throws a
 * `CutoverError` (`refused`) when it cannot be read.
 */
export function seeJournal(path: string): readonly JournalRecord[] | undefined {
	try {
		return readJournal(path).records;
	} catch (error) {
		if (errno(error) === "ENOENT") return undefined;
		throw new CutoverError(
			"refused",
			`How far a cutover is cannot be read from ${path}: ${messageOf(error)}`,
			{
				suggestions: [
					error instanceof UnreadableJournal
						? error.suggestion
						: errno(error) === "ENOTDIR"
							? "The state directory is none: name the one of the cutover with --state-directory."
							: "Read it as who began the cutover.",
				],
				cause: error,
			},
		);
	}
}

/** The files that were put aside from a path (`placeAside`), the latest first. */
export function filesAside(path: string): readonly string[] {
	const directory = dirname(path);
	// There is no state directory before the first run.
	if (!existsSync(directory)) return [];
	return readdirSync(directory)
		.filter((name) => name.startsWith(`${basename(path)}.2`))
		.sort()
		.reverse()
		.map((name) => join(directory, name));
}

/** What is noted of the course of this id, wherever its journal is by now; `undefined`: nothing. Throws as `seeJournal`. */
export function seeJournalOf(
	path: string,
	id: string,
): readonly JournalRecord[] | undefined {
	return [path, ...filesAside(path)]
		.map((one) => seeJournal(one) ?? [])
		.find(([begun]) => begun?.type === "begun" && begun.id === id);
}

/** Where a file is put aside that has ended then (ISO 8601). */
export function placeAside(path: string, endedAt: string): string {
	return `${path}.${endedAt.replaceAll(":", "-")}`;
}

/** Where a file is put aside without being away from its path: it is when another one takes its place. Safe to repeat. */
export function linkAside(path: string, aside: string): void {
	if (existsSync(path) && !existsSync(aside)) linkSync(path, aside);
}

/** It is there as a whole, with its space, or not at all; until then the one that has ended is. */
function create(path: string): void {
	const begun = `${path}.new`;
	const file = openSync(begun, "w", 0o600);
	try {
		// Written, and not only made longer: that would take no space.
		const zeros = Buffer.alloc(SPACE);
		for (let written = 0; written < SPACE; )
			written += writeSync(file, zeros, written);
		fsyncSync(file);
	} finally {
		closeSync(file);
	}
	const last = existsSync(path) ? readJournal(path).records.at(-1) : undefined;
	if (last !== undefined) linkAside(path, placeAside(path, last.at));
	renameDurably(begun, path);
}

function hasEnded(path: string): boolean {
	return readJournal(path).records.at(-1)?.type === "ended";
}

function unusable(path: string, error: unknown, state = ""): CutoverError {
	const reason = messageOf(error);
	return new CutoverError(
		"refused",
		`What a cutover is about to do cannot be noted in ${path}: ${reason}${state}`,
		{
			suggestions: [
				error instanceof UnreadableJournal
					? error.suggestion
					: "Make it usable, and run the same command again. Always name the same --state-directory: how far a cutover is is known only there.",
			],
			cause: error,
		},
	);
}
