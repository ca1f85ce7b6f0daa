import type { Rendering, Renderings } from "../../registry/target/render.ts";
import { printable } from "../format.ts";

/** What would be done to a registry, as it is shown. */
export function renderingLines({
	product,
	driver,
	notes,
	nodes,
}: Renderings): readonly string[] {
	return [
		`${product}, driver ${driver}`,
		...notes.map((note) => `Note: ${printable(note)}`),
		...nodes.flatMap(nodeLines),
	];
}

function nodeLines(rendering: Rendering): readonly string[] {
	const { node, host, diff, commands, notes, blockers } = rendering;
	const isNothing = diff === "" && commands.length === 0;
	return [
		"",
		`Node ${printable(node)}, on ${printable(host)}:${isNothing ? " nothing is to be done" : ""}`,
		...diff.split("\n").slice(0, -1).map(printableLine),
		...commands.map((command) => `Then: ${printable(command)}`),
		...notes.map((note) => `Note: ${printable(note)}`),
		...blockers.flatMap(({ message, suggestions }) => [
			`In the way: ${printable(message)}`,
			...suggestions.map((suggestion) => `  ${printable(suggestion)}`),
		]),
	];
}

/** A tab is what a line may well be indented with. */
function printableLine(line: string): string {
	return line.split("\t").map(printable).join("\t");
}
