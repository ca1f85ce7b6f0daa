import type { PreparedNode } from "../../registry/rehearsal/prepared-nodes.ts";
import type { Scratch } from "../../registry/rehearsal/scratch.ts";
import type { StepResult } from "../../registry/rehearsal/step.ts";
import { printable } from "../format.ts";

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
		`${OUTCOMES[outcome].padEnd(6)}  ${printable(message)}`,
		...[
			...said.map((text) => `The registry's log: ${text}`),
			...suggestions,
		].map((text) => `        ${printable(text)}`),
	];
}

/** What is to be said of places that other rehearsals have left in a target: a sentence, or none. */
export function leftNote(
	{ url }: { readonly url: string },
	left: readonly string[],
): readonly string[] {
	if (left.length === 0) return [];
	return [
		`Rehearsals that were killed, or go on elsewhere, have left objects in ${url}: ${left.join(", ")}. When none goes on, remove them; no registry looks there.`,
	];
}

/** What would be done, as sentences. */
export function planned(
	prepared: readonly PreparedNode[],
	{ url }: Pick<Scratch, "url">,
): readonly string[] {
	return [
		`Would copy them to ${url}, and remove all there in the end.`,
		...prepared.map(({ node, program, service: { user } }) => {
			const as = user === undefined ? "" : ` as user ${user.uid}`;
			return `Would start ${program} for ${node.name}${as} on a loopback port, read-only and then writable, with a temporary configuration that only it can read.`;
		}),
	];
}
