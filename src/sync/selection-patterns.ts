import micromatch from "micromatch";
import { messageOf } from "../store/thrown.ts";

/** Most patterns that the braces of one may stand for. */
const MAX_EXPANSIONS = 1000;

/** Longest pattern (characters). A repository's name has at most 255. Source: distribution/reference, NameTotalLengthMax. */
const MAX_LENGTH = 1024;

/** Why a pattern names no repositories, as a clause, and what to write instead, as a sentence. */
export interface PatternProblem {
	readonly reason: string;
	readonly suggestion: string;
}

/** One pattern for repositories' names, compiled. */
export interface RepositoryPattern {
	readonly text: string;
	readonly matches: (repository: string) => boolean;
}

/**
 * What is wrong with a pattern; `undefined` for one that can be compiled.
 *
 * Patterns are micromatch's, as fast-glob uses them: braces are expanded first, `*` and `?` stop at slashes, `group/**`
 * is the group's own repository and all below it.
 */
export function patternProblem(text: string): PatternProblem | undefined {
	const shape = SHAPES.find(({ isSo }) => isSo(text));
	if (shape !== undefined) return shape;
	try {
		compile(text, false);
		return undefined;
	} catch (error) {
		// What the libraries throw for a pattern: its brackets do not match, or a range is too long.
		const why = messageOf(error);
		return {
			reason: /missing|expected/i.test(why)
				? "its brackets do not match"
				: `it cannot be read (${why})`,
			suggestion: "A bracket that is meant as such is written \\[ or \\{.",
		};
	}
}

/** Compiles patterns that have no problem. With `isExclusion` they also match what begins with a dot, as fast-glob's do. */
export function compilePatterns(
	texts: readonly string[],
	isExclusion: boolean,
): readonly RepositoryPattern[] {
	return texts.map((text) => {
		const expressions = compile(text, isExclusion);
		const matches = (repository: string) =>
			expressions.some((expression) => expression.test(repository));
		return { text, matches };
	});
}

/** The longest part of a pattern that stands for itself; "" when there is none. */
export function literalPart(text: string): string {
	return text
		.split(/[^\w.-]+/)
		.reduce((longest, part) => (part.length > longest.length ? part : longest));
}

const SHAPES: readonly (PatternProblem & {
	readonly isSo: (text: string) => boolean;
})[] = [
	{
		isSo: (text) => text.trim() === "",
		reason: "it is empty",
		suggestion: "Write a repository's name, or a pattern for many: 'group/**'.",
	},
	{
		isSo: (text) => text.length > MAX_LENGTH,
		reason: `it is longer than ${MAX_LENGTH} characters`,
		suggestion: "Give several shorter ones: the flag may be repeated.",
	},
	{
		isSo: (text) => text.startsWith("/"),
		reason: "repositories' names do not begin with a slash",
		suggestion: "Leave it out: 'group/**'.",
	},
	{
		isSo: (text) => text.endsWith("/") && !text.endsWith("\\/"),
		reason: "repositories' names do not end in a slash",
		suggestion: "Write 'group/**' for all that is in a group.",
	},
	{
		isSo: (text) => text.split("/").some((part) => /^\.\.?$/.test(part)),
		reason: "it has a component . or .., which no repository's name has",
		suggestion: "Write the name from its first component on: 'group/**'.",
	},
	{
		isSo: (text) => /^!(?!\()/.test(text),
		reason: "it begins with !",
		suggestion: "Name what is to be left out with --exclude.",
	},
	{
		isSo: (text) => /[:@]/.test(text.replaceAll(/\[:\w+:\]|@\(/g, "")),
		reason: "it names a tag or a digest, or a host with its port",
		suggestion:
			"Whole repositories are selected: leave out the host, and what comes after : or @.",
	},
	{
		isSo: (text) => expansions(withoutRanges(text)) > MAX_EXPANSIONS,
		reason: `its braces stand for more than ${MAX_EXPANSIONS} patterns`,
		suggestion: "Use *, or give several patterns: the flag may be repeated.",
	},
];

function compile(text: string, dot: boolean): readonly RegExp[] {
	const expand = { expand: true, nodupes: true, keepEscaping: true };
	return micromatch.braces(text, expand).flatMap((pattern) => {
		if (pattern === "") return [];
		const options = { dot, strictBrackets: true };
		const expression: unknown = micromatch.makeRe(pattern, options);
		// `false` for what can be no expression, whatever the types say.
		if (!(expression instanceof RegExp)) throw new Error("no expression");
		return [expression];
	});
}

/** A pattern in which each range (`{1..20}`) is a list of as many, to be counted; a long one is cut off at the limit. */
function withoutRanges(text: string): string {
	return text.replaceAll(/\{[^{},\\]*\.\.[^{},\\]*\}/g, (range) => {
		const [from, to] = range.slice(1, -1).split("..").map(Number);
		const count = Math.abs((to ?? 0) - (from ?? 0));
		const commas = Number.isNaN(count) ? 26 : Math.min(count, MAX_EXPANSIONS);
		return `{${",".repeat(commas)}}`;
	});
}

/** How many patterns the braces of one stand for. */
function expansions(text: string): number {
	// Of each open brace: the alternatives before the last comma, and those of the part after it.
	const open = [{ before: 0, since: 1 }];
	for (let at = 0; at < text.length; at++) {
		const top = open.at(-1);
		const character = text[at];
		if (top === undefined) break;
		if (character === "\\") at++;
		else if (character === "{") open.push({ before: 0, since: 1 });
		else if (character === "," && open.length > 1) {
			top.before += top.since;
			top.since = 1;
		} else if (character === "}" && open.length > 1) {
			open.pop();
			const outer = open.at(-1);
			if (outer !== undefined) outer.since *= top.before + top.since;
		}
	}
	return open.reduce(
		(product, { before, since }) => product * (before + since),
		1,
	);
}
