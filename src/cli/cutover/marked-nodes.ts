import { hostname } from "node:os";
import type { Journal } from "../../cutover/course/journal.ts";
import { seeJournal } from "../../cutover/course/journal-file.ts";
import type {
	BegunRecord,
	Outcome,
} from "../../cutover/course/journal-record.ts";
import {
	type CutoverMark,
	dropMark,
	type MarkedPlace,
	takeMark,
} from "../../registry/kept-file/cutover-mark.ts";
import type { Call } from "../../registry/node.ts";
import { messageOf } from "../../store/thrown.ts";

/** Whose nodes are marked. */
export interface MarkingOptions extends Call {
	readonly begun: BegunRecord;
	readonly journal: Journal;
	/** Where that is. */
	readonly path: string;
	/** The mark of what this takes over: it is there until ours is, and again when all of this was undone. */
	readonly replaced?: CutoverMark | undefined;
	/** Told what is no failure, as a sentence. */
	readonly note: (text: string) => void;
}

/**
 * Marks nodes as being in a cutover, acts, and removes the marks when its journal says that it has ended. Who has another
 * state directory is kept from them so, which the lock in this one cannot do. Rejects with a `RegistryError` (`refused`)
 * when another cutover has one of them. A mark that cannot be removed is told: what came of the cutover counts.
 */
export async function onMarkedNodes<T>(
	places: readonly MarkedPlace[],
	{ begun, journal, path, replaced, note, signal }: MarkingOptions,
	act: () => Promise<T>,
): Promise<T> {
	const mark = markOf(begun, path);
	const release = async (outcome: Outcome) => {
		const isBack = outcome === "undone" && replaced !== undefined;
		for (const place of places)
			await (isBack
				? takeMark(place, replaced, ({ id }) => id === mark.id)
				: dropMark(place, mark)
			).catch((error: unknown) =>
				note(
					`${place.name} stays marked as being in this cutover, though it has ended: ${messageOf(error)}. Where another state directory is named, the next cutover is refused, and says which file to remove.`,
				),
			);
	};
	try {
		for (const place of places)
			await takeMark(
				place,
				mark,
				(other) => other.id === replaced?.id || hasEnded(other),
				{ signal },
			);
	} catch (error) {
		if (journal.records.length === 1) {
			await release("undone");
			const at = new Date().toISOString();
			journal.append({ type: "ended", outcome: "undone", at });
		}
		throw error;
	}
	try {
		return await act();
	} finally {
		const last = journal.records.at(-1);
		if (last?.type === "ended") await release(last.outcome);
	}
}

/** How nodes are marked of which the journal is at this path. */
export function markOf(
	{ id, operator, at: since }: BegunRecord,
	path: string,
): CutoverMark {
	return { id, operator, host: hostname(), journal: path, since };
}

/** Whether a cutover is known to have ended: its journal is of this machine, and says so, or is another one's by now. */
function hasEnded({ id, host, journal }: CutoverMark): boolean {
	if (host !== hostname()) return false;
	const [first, ...rest] = seeJournal(journal) ?? [];
	// Without a journal nobody knows how far it came.
	if (first?.type !== "begun") return false;
	return first.id !== id || rest.at(-1)?.type === "ended";
}
