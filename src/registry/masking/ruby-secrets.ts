import type { Range } from "./range.ts";
import { expressionAt, type RubyExpression } from "./ruby-expression.ts";

/** Maps whose values are secrets, whatever they are called. */
const SECRET_MAPS =
	/["']?\b(?:credentials|headers)["']?[ \t]*(?:=>|:)\s*(?=\{)/g;

/** The names of variables and constants in what is computed; no methods with arguments, no symbols. */
const VARIABLES = /(?<![\w:.@$])[@$]{0,2}[A-Za-z_]\w*(?![\w(?!])/g;

/**
 * The secrets in a Ruby text: what is written out in the expressions that begin at these offsets, and in those that the
 * variables in them are assigned, and in maps of secrets.
 */
export function rubySecrets(
	text: string,
	offsets: readonly number[],
): readonly Range[] {
	const maps = [...text.matchAll(SECRET_MAPS)].map(({ 0: all, index }) =>
		expressionAt(text, index + all.length, { withMaps: true }),
	);
	const found = [
		...offsets.map((offset) => expressionAt(text, offset)),
		...maps,
	];
	const seen = new Set<string>();
	const ranges: Range[] = [];
	for (
		let expression = found.pop();
		expression !== undefined;
		expression = found.pop()
	) {
		ranges.push(...expression.literals);
		for (const name of expression.computed.match(VARIABLES) ?? []) {
			if (seen.has(name)) continue;
			seen.add(name);
			found.push(...assignmentsOf(text, name));
		}
	}
	return ranges;
}

function assignmentsOf(text: string, name: string): readonly RubyExpression[] {
	const escaped = name.replaceAll("$", "\\$");
	const assignment = new RegExp(
		`^[ \\t]*${escaped}[ \\t]*(?:\\|\\|)?=(?![=~>])[ \\t]*`,
		"gm",
	);
	return [...text.matchAll(assignment)].map(({ 0: all, index }) =>
		expressionAt(text, index + all.length, { withMaps: true }),
	);
}
