import { RegistryError } from "../registry-error.ts";
import { listed } from "./names.ts";
import type { FoundState } from "./record.ts";

/** In which state a node is after a failure. */
export interface NodeStanding {
	readonly name: string;
	/** `as-found`: not touched, or put back and proven; `left`: neither is known. */
	readonly standing: "as-found" | "left";
	readonly found: FoundState;
	/** Why it is left: a sentence without its full stop. */
	readonly because?: string | undefined;
}

/** How it ended when it could not be done. */
export type FailureCode = "rolled-back" | "needs-operator";

/** A registry could not be made read-only, or writable again, after something had been changed. */
export class ReadOnlyError extends Error {
	override readonly name = "ReadOnlyError";
	readonly code: FailureCode;
	readonly nodes: readonly NodeStanding[];
	/** What there is to do about it: sentences. */
	readonly suggestions: readonly string[];

	/** `cause` is why it failed, its message a clause; `undefined`: the nodes say it. */
	constructor(what: string, cause: unknown, nodes: readonly NodeStanding[]) {
		const reason = cause instanceof Error ? cause.message : cause;
		super(
			[
				reason === undefined ? what : `${what}: ${reason}`,
				standingText(nodes),
			].join(". "),
			{ cause },
		);
		this.code = nodes.every(({ standing }) => standing === "as-found")
			? "rolled-back"
			: "needs-operator";
		this.nodes = nodes;
		this.suggestions = [
			...(cause instanceof RegistryError ? cause.suggestions : []),
			...(this.code === "needs-operator" ? [LEFT] : []),
		];
	}
}

/** In which state a registry is, node by node: sentences without the last full stop. */
function standingText(nodes: readonly NodeStanding[]): string {
	const namesIn = (found: FoundState) =>
		nodes
			.filter((node) => node.standing === "as-found" && node.found === found)
			.map(({ name }) => name);
	const told = (names: readonly string[], state: string) => {
		if (names.length === 0) return [];
		const [verb, pronoun] = names.length === 1 ? ["is", "it"] : ["are", "they"];
		return [
			`${listed(names)} ${verb} as ${pronoun} ${verb === "is" ? "was" : "were"} found: ${state}`,
		];
	};
	return [
		...nodes
			.filter(({ standing }) => standing === "left")
			.map(
				({ name, found, because }) =>
					`${name} was found ${found}, and is not known to be so again: ${because}`,
			),
		...told(namesIn("writable"), "writable"),
		...told(namesIn("read-only"), "read-only"),
	].join(". ");
}

/** What there is to do where a node is left. */
const LEFT =
	"Mend what is said above, then run readonly off, which goes on with what is left; or run restore.sh beside the original on the node, and restart its registry.";
