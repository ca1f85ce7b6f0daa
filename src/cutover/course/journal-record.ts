import { createHash } from "node:crypto";
import * as v from "valibot";

/** Which cutover it is. Names and places only, never a secret (I7). */
const BEGUN = v.object({
	type: v.literal("begun"),
	/** Unique; by it the canary is known again. */
	id: v.string(),
	/** `operator@host`. */
	operator: v.string(),
	/** Identities of the stores. */
	source: v.string(),
	target: v.string(),
	/** What nodes are configured for, as `parseProduct` reads it: later, none may run that could be asked. */
	registry: v.optional(v.string()),
	at: v.string(),
});

/** Of a registry whose metadata are in a database: what was found before anything was changed, and who answers for it. */
const DATABASE = v.object({
	type: v.literal("database"),
	nodes: v.array(
		v.object({
			name: v.string(),
			/** Whether it removed by itself what is not needed. */
			onlineGarbageCollection: v.boolean(),
		}),
	),
	/** `operator@host`: who said that a backup of the database has been made; by a flag, or asked at the terminal. */
	acknowledgedBy: v.string(),
	acknowledged: v.picklist(["flag", "answer"]),
	at: v.string(),
});

const RECORD = v.variant("type", [
	BEGUN,
	DATABASE,
	/** A step is about to be applied; `done`: it has been. */
	v.object({ type: v.literal("apply"), step: v.string(), at: v.string() }),
	v.object({ type: v.literal("done"), step: v.string(), at: v.string() }),
	/** From this step on all is about to be applied again. The reason is a clause. */
	v.object({
		type: v.literal("repeat"),
		step: v.string(),
		reason: v.string(),
		at: v.string(),
	}),
	/** From here on all is undone. The reason is a clause. */
	v.object({
		type: v.literal("turn-back"),
		reason: v.string(),
		at: v.string(),
	}),
	/** A step is about to be undone; `undone`: it has been. */
	v.object({ type: v.literal("undo"), step: v.string(), at: v.string() }),
	v.object({ type: v.literal("undone"), step: v.string(), at: v.string() }),
	/** A record before this one was torn: whatever it announced may have begun. */
	v.object({ type: v.literal("torn"), at: v.string() }),
	v.object({
		type: v.literal("ended"),
		outcome: v.picklist(["done", "undone"]),
		at: v.string(),
	}),
]);

/** One thing that a cutover is about to do, or has done. `at` is ISO 8601, UTC. */
export type JournalRecord = v.InferOutput<typeof RECORD>;

/** Whether all steps are done, or all that were begun undone. */
export type Outcome = Extract<JournalRecord, { type: "ended" }>["outcome"];

export type BegunRecord = v.InferOutput<typeof BEGUN>;

export type DatabaseRecord = v.InferOutput<typeof DATABASE>;

/** A record as a line with its own checksum, so that a torn one is known. */
export function recordLine(record: JournalRecord): string {
	const json = JSON.stringify(record);
	return `${checksum(json)} ${json}\n`;
}

/** What is left in a journal's bytes. */
export interface ReadJournal {
	readonly records: readonly JournalRecord[];
	/** Bytes of the records. */
	readonly length: number;
	/** Bytes after them that are no record: one that was being written when the machine stopped. */
	readonly tornBytes: number;
}

/** Why a journal cannot be read: a record that is not the last is damaged, which no power cut does, or is not known here. */
export type JournalProblem = "damaged" | "another version's";

/** Reads the bytes of a journal: lines, and zeros after them. */
export function parseJournal(bytes: Buffer): ReadJournal | JournalProblem {
	const used = bytes.findLastIndex((byte) => byte !== 0) + 1;
	const records: JournalRecord[] = [];
	let length = 0;
	while (length < used) {
		const end = bytes.indexOf("\n", length);
		const record =
			end === -1 ? "torn" : parseLine(bytes.toString("utf8", length, end));
		if (record === "torn") break;
		if (record === "unknown") return "another version's";
		records.push(record);
		length = end + 1;
	}
	const rest = bytes.toString("latin1", length, used);
	const isDamaged = RECORD_START.test(rest.slice(1));
	return isDamaged ? "damaged" : { records, length, tornBytes: used - length };
}

/** Where another record begins: in no other record's text, for its quotes would be escaped there. */
const RECORD_START = /[0-9a-f]{16} \{"type":/;

/** `unknown`: it is as it was written, and no record that this version knows. */
function parseLine(line: string): JournalRecord | "torn" | "unknown" {
	const json = line.slice(17);
	if (line.slice(0, 17) !== `${checksum(json)} `) return "torn";
	const parsed = v.safeParse(RECORD, JSON.parse(json));
	return parsed.success ? parsed.output : "unknown";
}

function checksum(json: string): string {
	return createHash("sha256").update(json).digest("hex").slice(0, 16);
}
