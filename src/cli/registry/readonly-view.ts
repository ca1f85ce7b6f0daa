import { maskedDiff } from "../../registry/masking/masked-diff.ts";
import type { FileChange } from "../../registry/node.ts";
import type { ReadOnlyEvent } from "../../registry/read-only/events.ts";
import { namesOf } from "../../registry/read-only/names.ts";
import type { NodePlan } from "../../registry/read-only/turn.ts";
import type { PutBackProof } from "../../registry/read-only/turn-off.ts";
import type { ReadOnlyProof } from "../../registry/read-only/turn-on.ts";
import { formatDuration, printable } from "../format.ts";

/** What is to be done, as `--dry-run` and whoever is asked see it. */
export function planLines(plans: readonly NodePlan[]): readonly string[] {
	return plans.flatMap(({ node, change, probed }) => [
		`${node.name} (${node.url.origin}, ${node.host.name}): ${probed.state}${change === undefined ? ", left as it is" : ""}`,
		...(change?.files ?? []).flatMap((file) => [
			`  ${file.after === undefined ? "remove" : "write"} ${file.path}`,
			...diffLines(file),
		]),
		...(change?.commands ?? []).map((command) => `  run ${printable(command)}`),
	]);
}

/** What changes in a file, without its secrets (I7). */
function diffLines(file: FileChange): readonly string[] {
	return maskedDiff([file], { context: 1 })
		.split("\n")
		.filter((line) => line !== "" && !/^(---|\+\+\+) /.test(line))
		.map((line) => `    ${printable(line.replaceAll("\t", "  "))}`);
}

/** The same for programs. */
export function planJson(plans: readonly NodePlan[]): object {
	return {
		isDryRun: true,
		nodes: plans.map(({ node, change, probed, notes }) => ({
			name: node.name,
			url: node.url.origin,
			host: node.host.name,
			state: probed.state,
			files: (change?.files ?? []).map(({ path }) => path),
			commands: change?.commands ?? [],
			notes,
		})),
	};
}

/** An event as a line; `undefined`: nothing to say. */
export function eventLine(event: ReadOnlyEvent): string | undefined {
	switch (event.type) {
		case "found":
			return event.notes.length === 0
				? undefined
				: event.notes
						.map((note) => `Note on ${event.node}: ${printable(note)}`)
						.join("\n");
		case "written":
			return `${event.node}: configuration written`;
		case "activated":
			return `${event.node}: commands ended`;
		case "answered":
			return `${event.node}: answers that it is ${event.state}`;
		case "waiting":
			return `${event.node}: waiting for ${namesOf(event.instances)} of before to end`;
		case "ended":
			return `${event.node}: ${namesOf(event.instances)} of before ${event.instances.length === 1 ? "has" : "have"} ended`;
		case "drained":
			return `${event.node}: what served it before cannot be seen ending; it was given ${formatDuration(event.ms)}, after which it has to have ended`;
		case "putting-back":
			return `It failed: ${printable(event.reason)}. Putting back what was begun`;
		case "put-back":
			return `${event.node}: ${event.state}, as it is to be`;
		case "left":
			return `${event.node}: ${printable(event.reason)}`;
		default:
			return event satisfies never;
	}
}

/** What has been proven. */
export function proofLines({
	nodes,
	operator,
	since,
}: ReadOnlyProof): readonly string[] {
	const weak = nodes.filter(({ former }) => former === "drain-time-out");
	return [
		`The registry is read-only, proven on ${nodes.length === 1 ? "its node" : `all ${nodes.length} nodes`}: ${nodes.map(({ name }) => name).join(", ")}.`,
		...(weak.length === 0
			? []
			: [
					`On ${weak.map(({ name }) => name).join(", ")} the proof is weaker: the time in which former processes have to end has passed, but nobody has seen them end.`,
				]),
		`What was found before is recorded (${operator}, ${since}): readonly off brings it back.`,
	];
}

/** What it is back to. */
export function putBackLines({ nodes }: PutBackProof): readonly string[] {
	const namesIn = (state: string) =>
		nodes.filter((node) => node.state === state).map(({ name }) => name);
	const writable = namesIn("writable");
	const readOnly = namesIn("read-only");
	return [
		...(writable.length === 0
			? []
			: [`The registry takes writes, proven on ${writable.join(", ")}.`]),
		...(readOnly.length === 0
			? []
			: [
					`Read-only as it was found: ${readOnly.join(", ")}. With --force it is made writable.`,
				]),
	];
}
