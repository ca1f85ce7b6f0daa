import { Flags } from "@oclif/core";
import type { ObjectStore } from "../../store/object-store.ts";
import type { SyncEvent } from "../../sync/events.ts";
import { sumOf } from "../../sync/pass-timing.ts";
import { type Stability, untilStable } from "../../sync/until-stable.ts";
import { durationOf } from "../duration.ts";
import { formatDuration, formatObjects } from "../format.ts";
import { UsageError } from "../usage-error.ts";
import type { ShownPass } from "./shown-pass.ts";

/** The flag that makes a command repeat its passes. */
export const stableFlag = {
	"until-stable": Flags.string({
		helpValue: "DURATION",
		description:
			"pass after pass, until the next one is expected to take no longer than this (90s, 2m); then it is time for readonly on",
	}),
};

/**
 * Makes passes until the next one would be short enough, and says what that one will cost. `source` is that of the
 * passes.
 */
export async function passesUntilStable(
	pass: (observe: (event: SyncEvent) => void) => Promise<ShownPass>,
	source: ObjectStore,
	withinMs: number,
	say: (line: string) => void,
): Promise<ShownPass> {
	let last: ShownPass | undefined;
	const stability = await untilStable(
		async (observe) => {
			last = await pass(observe);
			return last.result;
		},
		{ withinMs },
	);
	for (const line of stabilityLines(stability, withinMs)) say(line);
	if (source.can.waits) say(EACH_LISTS);
	const { result, next, isStable, passes } = stability;
	const report = { ...last?.report, passes, isStable, next };
	return { result, report, isStable };
}

/** Why reading an object store never becomes short. */
const EACH_LISTS =
	"The source is an object store: each pass lists all of it, however little has changed.";

/** What a series of passes came to, and what the last one, under read-only, will cost. */
export function stabilityLines(
	{ result, next, isStable, passes }: Stability,
	withinMs: number,
): readonly string[] {
	const { listMs, readMs, copyMs, deleteMs } = next;
	const steps = [
		...(listMs > 0 ? [`${formatDuration(listMs)} to list the target`] : []),
		`${formatDuration(readMs)} to read the source`,
		`${formatDuration(copyMs)} to copy what changes meanwhile`,
		...(result.extra > 0
			? [
					`${deleteMs > 0 ? `at most ${formatDuration(deleteMs)}` : "and some time more"} to delete ${formatObjects(result.extra)} that the source no longer has`,
				]
			: []),
	];
	const expected = `${formatDuration(sumOf(next))}: ${steps.join(", ")}`;
	const count = passes === 1 ? "1 pass" : `${passes} passes`;
	if (result.isOutOfTime)
		return [`Stopped after ${count}, at the time that --until names.`];
	return isStable
		? [
				`After ${count} the next one is expected to take ${expected}.`,
				"That is how long pushes are refused, switching and verifying aside: make the registry read-only (readonly on), and run sync once more with --delete.",
			]
		: [
				`Stopped after ${count}: the next one is expected to take ${expected}; that is more than the ${formatDuration(withinMs)} asked for.`,
			];
}

/** The bound of `--until-stable` (ms). Throws a `UsageError` when it goes together with what is for single passes. */
export function stableWithin(flags: {
	readonly "until-stable": string | undefined;
	readonly "dry-run": boolean;
	readonly delete: boolean;
}): number | undefined {
	const text = flags["until-stable"];
	if (text === undefined) return undefined;
	if (flags.delete)
		throw new UsageError("--until-stable does not go with --delete", [
			"Deleting is for the last pass, when the registry is read-only.",
		]);
	if (flags["dry-run"])
		throw new UsageError("--until-stable does not go with --dry-run", [
			"A dry run copies nothing, so no pass makes the next one shorter.",
		]);
	return durationOf("until-stable", text);
}
