import type { WriteStateChange } from "../../registry/probe/watch-writes.ts";
import type {
	NodeStatus,
	OverallState,
	RegistryStatus,
} from "../../registry/read-only/status.ts";
import { unfinishedLines } from "../cutover/unfinished-migration.ts";
import { printable } from "../format.ts";
import type { SeenNotes } from "./seen-notes.ts";

/** The state of a registry, its nodes side by side. */
export function statusLines(
	{ state, nodes }: RegistryStatus,
	{ record, owner, unfinished, problems: unread }: SeenNotes,
): readonly string[] {
	return [
		...table([COLUMNS, ...nodes.map(cells)]),
		...nodes.flatMap(({ name, probed, problems }) => [
			...(probed.state === "unknown"
				? [
						`${name}: it cannot be told whether it takes writes: ${printable(probed.because)}`,
						...probed.suggestions.map((suggestion) => `  ${suggestion}`),
					]
				: []),
			...problems.map((problem) => `${name}: ${printable(problem)}`),
		]),
		...(owner === undefined
			? []
			: [`It is being changed at this time: ${owner}`]),
		...(unfinished === undefined
			? recordLines(record)
			: unfinishedLines(unfinished, owner !== undefined)),
		...unread.flatMap(({ message, suggestions }) => [
			`${printable(message)}.`,
			...suggestions.map((suggestion) => `  ${printable(suggestion)}`),
		]),
		verdict(state),
	];
}

function recordLines(record: SeenNotes["record"]): readonly string[] {
	if (record === undefined) return [];
	const { nodes, operator, since } = record;
	return [
		nodes.every(({ stage }) => stage === "proven")
			? `It was made read-only by ${operator} at ${since}; readonly off brings back what was found.`
			: `What ${operator} began at ${since} has not ended well on every node: readonly on goes on from there, readonly off brings back what was found.`,
	];
}

const COLUMNS = [
	"NODE",
	"ANSWERS",
	"CONFIGURED",
	"FOUND",
	"VERSION",
	"METADATA",
	"SERVED BY",
] as const;

function cells(node: NodeStatus): readonly string[] {
	const { name, probed, configured, found, version, metadata } = node;
	return [
		name,
		probed.state,
		...[configured, found, version, metadata].map((text) => text ?? "-"),
		node.instances?.join(", ") || "-",
	].map(printable);
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = COLUMNS.map((_, column) =>
		Math.max(...rows.map((row) => row[column]?.length ?? 0)),
	);
	return rows.map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}

function verdict(state: OverallState): string {
	switch (state) {
		case "read-only":
			return "The registry is read-only on every node. That former processes have ended is proven by readonly on alone.";
		case "writable":
			return "The registry takes writes.";
		case "mixed":
			return "The registry takes writes on some nodes, and refuses them on others.";
		case "unknown":
			return "It is not known whether the registry takes writes.";
		default:
			return state satisfies never;
	}
}

/** A change that was seen, with its time (UTC). */
export function changeLine({
	node,
	state,
	previous,
	at,
}: WriteStateChange): string {
	const from = previous === undefined ? "" : `${previous.state} -> `;
	return `${new Date(at).toISOString()} ${node}: ${from}${state.state} (${printable(state.because)})`;
}
