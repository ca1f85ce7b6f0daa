import { REPOSITORIES_PREFIX } from "../layout/paths.ts";
import { State } from "./object-state.ts";
import { type ObjectTable, rowOf } from "./object-table.ts";

/** What went wrong with objects of a pass, and so holds back what depends on them. */
export class Trouble {
	readonly #table: ObjectTable;
	#hasAny = false;
	#hasUnknown = false;
	/** The last answer of `below`: links come in key order, so that the next one asks the same. */
	#answer:
		| { repository: string; rank: number; found: string | undefined }
		| undefined;

	constructor(table: ObjectTable) {
		this.#table = table;
	}

	/** Whether there is any at all; while there is none, nothing can be held back. */
	get hasAny(): boolean {
		return this.#hasAny;
	}

	/** Notes trouble or damage with an object. */
	mark(key: string, rank: number, state: State): void {
		this.#table.statements.mark.run(key, rank, state);
		if (state !== State.trouble) return;
		this.#hasAny = true;
		if (this.#answer !== undefined && rank < this.#answer.rank)
			this.#answer = undefined;
	}

	/**
	 * Notes that nothing is known of what lies in a prefix, or at a name that may be a prefix's (it was to be one, had it
	 * been looked at). What may lie there has this rank or a higher one.
	 */
	addUnknown(prefix: string, rank: number): void {
		const range = prefix.endsWith("/") ? prefix : `${prefix}/`;
		this.#hasUnknown = true;
		this.mark(range, rank, State.trouble);
	}

	/** What is in trouble in a repository and ranks below `rank`, or is the unknown range that the repository lies in. */
	below(repository: string, rank: number): string | undefined {
		if (!this.#hasAny) return undefined;
		const answer = this.#answer;
		if (answer?.repository === repository && answer.rank === rank)
			return answer.found;
		// From the first section's "_" to the character after it: what is in nested repositories does not count.
		const root = `${REPOSITORIES_PREFIX}${repository}/`;
		const [start, end] = [`${root}_`, `${root}\``];
		const row = rowOf(this.#table.statements.trouble.get(start, end, rank));
		const found = row === undefined ? this.unknownAbove(start) : String(row[0]);
		this.#answer = { repository, rank, found };
		return found;
	}

	/** What is in trouble below a prefix, which ends in "/", or is the unknown range that it lies in. */
	inside(prefix: string): string | undefined {
		if (!this.#hasAny) return undefined;
		const { trouble } = this.#table.statements;
		const row = rowOf(
			trouble.get(prefix, `${prefix}~`, Number.MAX_SAFE_INTEGER),
		);
		return row === undefined ? this.unknownAbove(prefix) : String(row[0]);
	}

	/** The range that could not be looked at and in which a key lies, if any. */
	unknownAbove(key: string): string | undefined {
		if (!this.#hasUnknown) return undefined;
		for (
			let slash = key.lastIndexOf("/");
			slash > 0;
			slash = key.lastIndexOf("/", slash - 1)
		) {
			const range = key.slice(0, slash + 1);
			const row = rowOf(this.#table.statements.find.get(range));
			if (row?.[2] === State.trouble) return range;
		}
		return undefined;
	}
}
