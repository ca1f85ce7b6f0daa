import * as v from "valibot";

const TALLY = v.object({ objects: v.number(), bytes: v.number() });

/** In which process of a course something was told, and when. */
const STAMP = {
	/** ISO 8601, UTC. */
	at: v.string(),
	/** The course's, as its journal has it. */
	id: v.string(),
	/** As people were told it; left out: they were not. */
	text: v.optional(v.string()),
};

/** What is known when a process begins a course, or goes on with it. Names and places only, never a secret (I7). */
const RUN = v.object({
	...STAMP,
	type: v.literal("run"),
	course: v.picklist(["cutover", "rollback"]),
	/** `operator@host`. */
	operator: v.string(),
	/** Ours. */
	version: v.string(),
	process: v.string(),
	/** Where it was begun, for relative paths. */
	directory: v.string(),
	/** What was said on the command line, by the names of arguments and flags; `true`: a flag without a value. */
	words: v.array(v.tuple([v.string(), v.union([v.string(), v.literal(true)])])),
	/** Shown as the stores show themselves. */
	source: v.string(),
	target: v.string(),
	kind: v.string(),
	nodes: v.array(
		v.object({
			name: v.string(),
			url: v.string(),
			host: v.string(),
			/** What it says of itself; left out: nothing. */
			version: v.optional(v.string()),
			/** Files of its host that start a collection of garbage by themselves. */
			schedules: v.optional(v.array(v.string())),
		}),
	),
});

const EVENT = v.variant("type", [
	RUN,
	v.object({
		...STAMP,
		type: v.literal("began"),
		step: v.string(),
		about: v.string(),
	}),
	v.object({
		...STAMP,
		type: v.literal("done"),
		step: v.string(),
		ms: v.number(),
	}),
	v.object({ ...STAMP, type: v.literal("resumed") }),
	v.object({ ...STAMP, type: v.literal("turning-back"), reason: v.string() }),
	v.object({ ...STAMP, type: v.literal("undoing"), step: v.string() }),
	v.object({
		...STAMP,
		type: v.literal("undone"),
		step: v.string(),
		ms: v.number(),
	}),
	v.object({
		...STAMP,
		type: v.literal("pass"),
		kind: v.picklist(["live", "final"]),
		result: v.object({
			scanned: TALLY,
			copied: TALLY,
			deleted: TALLY,
			failed: v.number(),
			heldBack: v.number(),
			unreadable: v.number(),
			damage: v.object({
				corrupt: v.number(),
				malformed: v.number(),
				dangling: v.number(),
			}),
		}),
	}),
	v.object({
		...STAMP,
		type: v.literal("predicted"),
		next: v.object({
			listMs: v.number(),
			readMs: v.number(),
			copyMs: v.number(),
			deleteMs: v.number(),
		}),
		/** Of the window. */
		steps: v.optional(v.array(v.object({ step: v.string(), ms: v.number() }))),
		windowMs: v.optional(v.number()),
		wayBackMs: v.optional(v.number()),
	}),
	v.object({
		...STAMP,
		type: v.literal("acknowledged"),
		flag: v.string(),
		text: v.string(),
	}),
	v.object({
		...STAMP,
		type: v.literal("deletes-planned"),
		counts: v.object({
			objects: v.number(),
			tags: v.number(),
			links: v.number(),
			blobs: v.number(),
		}),
		/** The file of the plan. */
		path: v.string(),
	}),
	v.object({
		...STAMP,
		type: v.literal("verified"),
		objects: v.number(),
		isWhole: v.boolean(),
	}),
	v.object({ ...STAMP, type: v.literal("switched"), node: v.string() }),
	v.object({
		...STAMP,
		type: v.literal("served"),
		node: v.string(),
		hosts: v.array(v.string()),
	}),
	v.object({ ...STAMP, type: v.literal("opened"), node: v.string() }),
	v.object({
		...STAMP,
		type: v.literal("flushed"),
		address: v.string(),
		keys: v.number(),
	}),
	v.object({
		...STAMP,
		type: v.literal("fenced"),
		source: v.string(),
		directories: v.number(),
		files: v.number(),
		refused: v.array(v.string()),
	}),
	/** How long pulls failed while pushes were refused, as seen by one process (ms). */
	v.object({
		...STAMP,
		type: v.literal("pulls"),
		nodes: v.array(v.object({ node: v.string(), failedMs: v.number() })),
		/** How long on all nodes at the same time. */
		noneServedMs: v.number(),
	}),
	v.object({ ...STAMP, type: v.literal("note"), text: v.string() }),
	/** Anything else that people were told. */
	v.object({ ...STAMP, type: v.literal("told"), text: v.string() }),
	/** A node's configuration was written; what was changed in it, as `maskedDiff` shows it. */
	v.object({
		...STAMP,
		type: v.literal("configured"),
		node: v.string(),
		diff: v.string(),
		commands: v.array(v.string()),
	}),
	/** A process has ended; the message is what it said, and `code` its error's. Left out: all is done. */
	v.object({
		...STAMP,
		type: v.literal("stopped"),
		code: v.optional(v.string()),
		message: v.optional(v.string()),
		suggestions: v.optional(v.array(v.string())),
	}),
]);

/** Something that was told of a course, as it is kept. */
export type EventRecord = v.InferOutput<typeof EVENT>;

/** How a course was begun, or gone on with. */
export type RunRecord = v.InferOutput<typeof RUN>;

/** The same before it is kept. What of it is not kept may be there, too. */
export type ToldEvent = DistributiveOmit<EventRecord, "at" | "id">;

/**
 * An event as a line of its file, with what people are told of it; of what has no form here only that. `undefined`: there
 * is neither.
 */
export function eventLine(
	event: { readonly type: string },
	stamp: Pick<EventRecord, keyof typeof STAMP>,
): string | undefined {
	const parsed = v.safeParse(EVENT, { ...stamp, ...event });
	const kept = parsed.success
		? parsed.output
		: stamp.text === undefined
			? undefined
			: { type: "told", ...stamp };
	return kept === undefined ? undefined : `${JSON.stringify(kept)}\n`;
}

/** The records in a text. A line that is torn, or of a newer version, is passed over. */
export function parseEvents(text: string): readonly EventRecord[] {
	return text.split("\n").flatMap((line) => {
		const parsed = v.safeParse(EVENT, parsedJson(line));
		return parsed.success ? [parsed.output] : [];
	});
}

function parsedJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		// Torn, or the empty one at the end.
		return undefined;
	}
}

type DistributiveOmit<T, K extends PropertyKey> = T extends unknown
	? Omit<T, K>
	: never;
