import {
	DELETE_MARGIN,
	type PlannedDeletes,
} from "../../cutover/before/planned-deletes.ts";
import type { CutoverResult } from "../../cutover/course/journal-times.ts";
import type { CutoverEvent } from "../../cutover/course/machine-event.ts";
import type { Course, Step } from "../../cutover/course/step.ts";
import { CUTOVER } from "../../cutover/steps.ts";
import type { WorldEvent } from "../../cutover/world.ts";
import {
	formatBytes,
	formatDuration,
	formatObjects,
	printable,
} from "../format.ts";
import { plannedDeletesLines } from "./planned-deletes-lines.ts";
import {
	measuredLines,
	type Predicted,
	predictedLines,
} from "./prediction-lines.ts";
import { pullsLines } from "./pulls-lines.ts";
import { tagLines } from "./rollback-lines.ts";

/** What has happened in a cutover, as a line; `undefined`: nothing to say. */
export function cutoverLine(
	event: CutoverEvent | WorldEvent,
	{ from, to, title }: Course = CUTOVER,
): string | undefined {
	switch (event.type) {
		case "began":
			return `== ${event.step}: ${event.about}`;
		case "done":
			return `   done, ${formatDuration(event.ms)}`;
		case "resumed":
			return `${title} was begun before, and has not ended: going on with it.`;
		case "repeating":
			return `${printable(event.reason)}. All is done again from "${event.step}" on`;
		case "turning-back":
			return `Going back to the ${from}: ${printable(event.reason)}`;
		case "undoing":
			return `== undo ${event.step}`;
		case "undone":
			return `   undone, ${formatDuration(event.ms)}`;
		case "pass": {
			const { copied, deleted } = event.result;
			return `   ${event.kind} pass: copied ${formatObjects(copied.objects)}, ${formatBytes(copied.bytes)}; deleted ${formatObjects(deleted.objects)}`;
		}
		case "acknowledged":
			return `   Left out, by ${event.flag}: ${printable(event.text)}`;
		case "deletes-planned":
			return plannedDeletesLines(event)
				.map((line) => `   ${line}`)
				.join("\n");
		case "predicted":
			return predictedLines(event)
				.map((line) => `   ${line}`)
				.join("\n");
		case "verified":
			return `   ${formatObjects(event.objects)} ${event.isWhole ? "compared: all that there are" : "read again"}`;
		case "switched":
			return `   ${event.node}: configured to the ${to}, and answers, read-only`;
		case "served":
			return `   ${event.node}: serves what is only at the ${to}${event.hosts.length === 0 ? "" : ` (blobs from ${event.hosts.join(", ")})`}`;
		case "collection":
			return `   ${event.node}: online garbage collection is ${event.isOn ? "on again" : "off"}`;
		case "stored":
			return `   ${event.node}: what is pushed through it lies ${placeText(event.store)}${event.store === to ? `, and not ${placeText(from)}` : ""}`;
		case "opened":
			return `   ${event.node}: takes writes`;
		case "flushed":
			return `   Redis at ${event.address}: ${formatObjects(event.keys, "key")} deleted`;
		case "fenced":
			return `   ${event.source}: ${formatObjects(event.directories, "directory", "directories")} and ${formatObjects(event.files, "file")} unwritable${event.refused.length === 0 ? "" : `; tried as ${event.refused.join(" and as ")}`}`;
		case "tags":
			return tagLines(event.tags).join("\n");
		case "announced":
			return event.said.length === 0
				? undefined
				: event.said.map((line) => `   | ${printable(line)}`).join("\n");
		case "pulls":
			return pullsLines(event).join("\n");
		case "note":
			return `   Note: ${printable(event.text)}`;
		default:
			return event satisfies never;
	}
}

function placeText(store: Course["from"]): string {
	return store === "source" ? "in the source" : "at the target";
}

/** What is known of the window before it is opened; nothing of it where another process caught up. */
export interface Expected {
	readonly predicted?: Predicted | undefined;
	readonly deletes?: PlannedDeletes | undefined;
}

/** What whoever is asked to open the window is told. */
export function windowText(
	steps: readonly Pick<Step<never>, "name" | "window">[],
	nodes: number,
	{ predicted, deletes }: Expected,
	{ from }: Course = CUTOVER,
): string {
	const opening = steps.findIndex(({ window }) => window === "opens");
	const closing = steps.findIndex(({ window }) => window === "closes");
	const names = steps.slice(opening, closing + 1).map(({ name }) => name);
	return [
		// Step by step it was told just before.
		predicted === undefined
			? `From now on pushes are refused: ${names.join("; ")}.`
			: `From now on pushes are refused, for about ${formatDuration(predicted.windowMs)}.`,
		...(deletes === undefined
			? []
			: [
					`${plannedDeletesLines(deletes).join("; ")}. Yes approves that too, and up to ${formatObjects(DELETE_MARGIN)} more that are deleted at the ${from} until then.`,
				]),
		`${nodes === 1 ? "The node is" : `Each of the ${nodes} nodes is`} restarted three times, and answers nothing meanwhile.`,
		`Whatever fails before read-write, or Ctrl-C twice, brings the registry back to the ${from}.`,
	].join("\n");
}

/** What it came to. */
export function resultLines(
	result: CutoverResult,
	{ target }: { readonly target: string },
	predicted: Predicted | undefined,
): readonly string[] {
	return [
		`The registry is on ${target}, and takes writes.`,
		...measuredLines(result, predicted),
	];
}
