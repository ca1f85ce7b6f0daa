import type { StepResult } from "../registry/rehearsal/step.ts";
import { printable, wrapped } from "./format.ts";

/** How outcomes are shown; what is wrong is to be seen at a glance. */
const OUTCOMES: Readonly<Record<StepResult["outcome"], string>> = {
	passed: "passed",
	failed: "FAILED",
	skipped: "-",
};

/** What became of a step, as it is shown when it is there. */
export function stepLines({
	outcome,
	message,
	said,
	suggestions,
}: StepResult): readonly string[] {
	return [
		...indented(message, `${OUTCOMES[outcome].padEnd(6)}  `, "        "),
		...said.flatMap((text) =>
			indented(`The registry's log: ${text}`, "        ", "          "),
		),
		...suggestions.flatMap((text) => indented(text, "        ", "          ")),
	];
}

/** A sentence of the rehearsal itself, in lines of at most 80 columns. */
export function sentenceLines(text: string): readonly string[] {
	return indented(text, "", "  ");
}

function indented(
	text: string,
	first: string,
	others: string,
): readonly string[] {
	const lines = wrapped(printable(text), 80 - others.length).split("\n");
	return lines.map((line, index) => `${index === 0 ? first : others}${line}`);
}
