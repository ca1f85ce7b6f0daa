import { Flags } from "@oclif/core";
import type { SelectionOptions } from "../../sync/selection.ts";
import { patternProblem } from "../../sync/selection-patterns.ts";
import { UsageError } from "../usage-error.ts";

/** The flags that say which part of the source is copied. */
export const selectionFlags = {
	include: Flags.string({
		multiple: true,
		// One value each: what follows may be an argument.
		multipleNonGreedy: true,
		helpValue: "PATTERN",
		description:
			"copy only repositories whose name matches ('group/**', '{a,b}/*'), with the blobs that they need; may be repeated",
	}),
	exclude: Flags.string({
		multiple: true,
		multipleNonGreedy: true,
		helpValue: "PATTERN",
		description:
			"leave out repositories whose name matches; nothing of them is deleted; may be repeated",
	}),
	"skip-unreferenced": Flags.boolean({
		description:
			"leave out blobs that no link names, which garbage collection would remove",
	}),
};

/** What the flags of a command say. */
export interface SelectionWishes {
	readonly include: readonly string[] | undefined;
	readonly exclude: readonly string[] | undefined;
	readonly "skip-unreferenced": boolean;
}

/** What of the source is copied, as the flags say. Throws a `UsageError` for a pattern that cannot be one. */
export function selectionOptions(wishes: SelectionWishes): SelectionOptions {
	const { include = [], exclude = [] } = wishes;
	check("include", include);
	check("exclude", exclude);
	const skipsUnreferenced = wishes["skip-unreferenced"];
	return { include, exclude, skipsUnreferenced };
}

function check(flag: string, patterns: readonly string[]): void {
	for (const pattern of patterns) {
		const problem = patternProblem(pattern);
		if (problem === undefined) continue;
		const shown = pattern.length > 80 ? `${pattern.slice(0, 80)}…` : pattern;
		throw new UsageError(
			`--${flag} '${shown}' cannot be used: ${problem.reason}`,
			[problem.suggestion],
		);
	}
}
