import type { Partiality } from "../layout/marker.ts";
import type { Tally } from "./events.ts";
import type { ObjectTable } from "./object-table.ts";
import { SyncRefusal } from "./refusal.ts";
import {
	compilePatterns,
	literalPart,
	type RepositoryPattern,
} from "./selection-patterns.ts";
import { type AsideTotals, SelectionTable } from "./selection-table.ts";

/** Which part of the source a pass is about. Patterns are as `patternProblem` has them. */
export interface SelectionOptions {
	/** A repository's name must match one of these patterns. Default, or none: every name does. */
	readonly include?: readonly string[] | undefined;
	/** A repository whose name matches one of these patterns is left out. Default: none. */
	readonly exclude?: readonly string[] | undefined;
	/** Leave out blobs that no link of the source names. Default false. */
	readonly skipsUnreferenced?: boolean | undefined;
}

/** What a pass left out of the source. Nothing of it was deleted at the target. */
export interface LeftOut {
	/** Repositories that were not selected. */
	readonly repositories: number;
	/** Blobs that no link of the selected repositories names. */
	readonly blobs: Tally;
	/** Patterns of what was to be left out that no repository matches. */
	readonly unmatched: readonly string[];
	/** Blobs that no link names were to be left out, and were not: some links could not be read, and may name any (I2). */
	readonly isUnknown: boolean;
}

export const NOTHING_LEFT_OUT: LeftOut = {
	repositories: 0,
	blobs: { objects: 0, bytes: 0 },
	unmatched: [],
	isUnknown: false,
};

/** Whether anything is to be left out at all. */
export function isSelective(
	options: SelectionOptions | undefined,
): options is SelectionOptions {
	return (
		options !== undefined &&
		(isFiltered(options) || options.skipsUnreferenced === true)
	);
}

function isFiltered({ include = [], exclude = [] }: SelectionOptions): boolean {
	return include.length + exclude.length > 0;
}

/** Most repositories' names that are kept, to name some where a pattern matches none (I8). */
const MAX_NAMES = 1000;

/** Repositories that are named then. */
const NAMED = 5;

/**
 * The selection of one pass. Links of repositories that are not selected are not read, and blobs that no link names which
 * was read are left out: a selected repository is complete at the target (I1), since links were read first.
 *
 * | repositories are selected | unreferenced blobs are skipped | all links could be read | blobs left out |
 * | ------------------------- | ------------------------------ | ----------------------- | -------------- |
 * | yes                       | -                              | -                       | those that no link that was read names; what could not be read is held back |
 * | no                        | yes                            | yes                     | those that no link names |
 * | no                        | yes                            | no                      | none (I2)      |
 */
export class Selection {
	readonly #table: ObjectTable;
	readonly #isFiltered: boolean;
	readonly #include: readonly RepositoryPattern[];
	readonly #exclude: readonly RepositoryPattern[];
	readonly #unmatched = new Set<RepositoryPattern>();
	readonly #names: string[] = [];
	#selected = 0;
	#leftOut = 0;
	#hasUnknownLinks = false;
	#aside: AsideTotals | undefined;

	constructor(table: ObjectTable, options: SelectionOptions) {
		this.#table = table;
		this.#isFiltered = isFiltered(options);
		this.#include = compilePatterns(options.include ?? [], false);
		this.#exclude = compilePatterns(options.exclude ?? [], true);
		for (const pattern of [...this.#include, ...this.#exclude])
			this.#unmatched.add(pattern);
	}

	/** Whether a repository is to be read. To be asked once of each that the source has. */
	takes(repository: string): boolean {
		if (this.#names.length < MAX_NAMES) this.#names.push(repository);
		for (const pattern of this.#unmatched)
			if (pattern.matches(repository)) this.#unmatched.delete(pattern);
		const isSelected = this.#isSelected(repository);
		if (isSelected) this.#selected++;
		else this.#leftOut++;
		return isSelected;
	}

	/**
	 * To be called when all links have been read, with the number of places that could not be. Throws a `SyncRefusal` when
	 * a pattern that selects matches nothing, or nothing is selected.
	 */
	linksRead(unreadable: number): void {
		this.#hasUnknownLinks = unreadable > 0;
		const unmatched = this.#include.find((each) => this.#unmatched.has(each));
		if (unmatched !== undefined)
			throw new SyncRefusal(
				"no-such-repository",
				`No repository of the source matches --include '${unmatched.text}'`,
				this.#advice(literalPart(unmatched.text)),
			);
		if (this.#isFiltered && this.#selected === 0)
			throw new SyncRefusal(
				"no-such-repository",
				"No repository of the source is selected: --exclude leaves out all of them",
				this.#advice(""),
			);
	}

	/** To be called when all has been read: puts aside what is left out. May throw a `SyncRefusal`. */
	apply(): void {
		const table = new SelectionTable(this.#table);
		if (this.#isFiltered)
			table.leaveOutRepositories((repository) => this.#isSelected(repository));
		if (this.#isFiltered || !this.#hasUnknownLinks) {
			const needed = table.leaveOutUnneededBlobs();
			if (!this.#isFiltered && needed === 0)
				throw new SyncRefusal(
					"no-links",
					"No link of the source names a blob, so --skip-unreferenced would leave out all of them",
					[
						"A registry with a metadata database has no links: run it again without --skip-unreferenced.",
					],
				);
		}
		this.#aside = table.totals();
	}

	/** What the index holds of what is left out, after `apply`. */
	get aside(): AsideTotals | undefined {
		return this.#aside;
	}

	get leftOut(): LeftOut {
		return {
			repositories: this.#leftOut,
			blobs: this.#aside?.blobs ?? NOTHING_LEFT_OUT.blobs,
			unmatched: this.#exclude
				.filter((each) => this.#unmatched.has(each))
				.map(({ text }) => text),
			isUnknown: !this.#isFiltered && this.#hasUnknownLinks,
		};
	}

	/** What the target lacks after this pass. */
	get partiality(): Partiality | undefined {
		if (this.#isFiltered) return "repositories";
		const { blobs } = this.leftOut;
		return blobs.objects > 0 ? "unreferenced" : undefined;
	}

	#isSelected(repository: string): boolean {
		const isOne = ({ matches }: RepositoryPattern) => matches(repository);
		return (
			(this.#include.length === 0 || this.#include.some(isOne)) &&
			!this.#exclude.some(isOne)
		);
	}

	/** Names repositories: those whose name holds this, or some. */
	#advice(part: string): readonly string[] {
		const known = this.#names.toSorted();
		const near = known.filter((name) => part !== "" && name.includes(part));
		const names = (near.length > 0 ? near : known).slice(0, NAMED);
		const [has, more] =
			near.length > 0
				? ["Similar are", near.length > names.length]
				: ["There are", this.#names.length > names.length];
		const unread = this.#hasUnknownLinks
			? ["Some places could not be read: it may be in one of those."]
			: [];
		return [
			names.length === 0
				? "The source has no repository at all: is it the right one, and is its metadata in a database?"
				: `${has} ${names.join(", ")}${more ? " and others" : ""}. Names are written as the source has them: group/project.`,
			...unread,
		];
	}
}

/**
 * What a target lacks because it was left out, after a pass that left out `left`, where `before` was left out until then.
 *
 * | the pass left out        | it was whole | the target lacks            |
 * | ------------------------ | ------------ | --------------------------- |
 * | repositories             | -            | repositories                |
 * | blobs without a link     | yes          | those blobs                 |
 * | nothing                  | yes          | nothing                     |
 * | blobs, or nothing        | no           | what it lacked before, or what the pass left out |
 */
export function partialityAfter(
	left: Partiality | undefined,
	isWhole: boolean,
	before: Partiality | undefined,
): Partiality | undefined {
	return left === "repositories" || isWhole ? left : (before ?? left);
}
