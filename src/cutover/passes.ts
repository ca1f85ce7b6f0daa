import { isWhole, type SyncEvent, type SyncResult } from "../sync/events.ts";
import { sync } from "../sync/pass.ts";
import { sumOf } from "../sync/pass-timing.ts";
import { untilStable } from "../sync/until-stable.ts";
import { CutoverError } from "./cutover-error.ts";
import { Delta } from "./delta.ts";
import type { Call } from "./step.ts";
import type { World } from "./world.ts";

/** How often a series of live passes is begun anew, where tags that move meanwhile hold something back. */
const SERIES = 5;

/**
 * Makes live passes until the next one is short enough, and finds out what the last one would delete. Rejects with a
 * `CutoverError` where they do not become so short, or something is broken in the source and was not accepted.
 */
export async function catchUp(world: World, call: Call): Promise<void> {
	const { observe, passWithinMs: withinMs, acceptsDamage } = world;
	for (let series = 1; ; series++) {
		const { result, next } = await untilStable(
			async (told) => {
				const result = await pass(world, call, { observe: told });
				observe({ type: "pass", kind: "live", result });
				return result;
			},
			{ withinMs },
		);
		const { failed, unreadable, isStopped, damage } = result;
		if (failed + unreadable > 0 || isStopped)
			throw refused(
				`of the source, ${unreadable} places could not be read, and ${failed} objects not copied`,
				"Run sync, which tells why, until it exits with 0.",
			);
		const broken = damage.corrupt + damage.malformed + damage.dangling;
		if (broken > 0 && !acceptsDamage)
			throw refused(
				`${broken} objects are broken in the source, and would be so at the target (${damage.corrupt} corrupt blobs, ${damage.malformed} links that hold no digest, ${damage.dangling} links to blobs that are not there)`,
				"sync and verify name them. Go on all the same with --accept-damage.",
			);
		// What is held back on a registry in use is copied by the last pass.
		if (sumOf(next) <= withinMs && (isWhole(result) || series === SERIES)) {
			const { deletePlan } = await pass(world, call, {
				isDryRun: true,
				deletes: deletes(world),
			});
			const objects = deletePlan?.objects ?? 0;
			return observe({ type: "predicted", next, deletes: objects });
		}
		if (isWhole(result) || series === SERIES)
			throw refused(
				`the next pass is expected to take ${Math.ceil(sumOf(next) / 1000)} s, and passes do not become shorter`,
				"Allow for more with --until-stable.",
			);
	}
}

/** The last pass, under read-only. Resolves with what it has changed. */
export async function finalPass(world: World, call: Call): Promise<Delta> {
	const delta = new Delta();
	const result = await pass(world, call, {
		deletes: deletes(world),
		observe: (event) => delta.observe(event),
	});
	world.observe({ type: "pass", kind: "final", result });
	const { damage, vanished } = result;
	const broken = damage.corrupt + damage.malformed + damage.dangling;
	if (!isWhole(result) || vanished > 0 || result.extra > 0)
		throw new CutoverError(
			"unproven",
			`the last pass is not complete: ${told(result)}`,
		);
	if (broken > 0 && !world.acceptsDamage)
		throw new CutoverError(
			"unproven",
			`${broken} objects have been found broken in the source`,
			{ suggestions: ["Go on all the same with --accept-damage."] },
		);
	return delta;
}

/** Rejects with a `CutoverError` when a pass would find anything to do: the source has moved since the last one. */
export async function requireStill(world: World, call: Call): Promise<void> {
	const result = await pass(world, call, {
		isDryRun: true,
		deletes: deletes(world),
	});
	const { copied, deletePlan, vanished, extra } = result;
	const moved = copied.objects + (deletePlan?.objects ?? extra) + vanished;
	if (moved === 0 && isWhole(result)) return;
	throw new CutoverError(
		"unproven",
		`the source has moved since the last pass, though the registry is read-only: ${told(result)}`,
		{
			suggestions: [
				"Look for what writes there past the registry: garbage collection (cron), a node that is not described, a restore.",
			],
		},
	);
}

function told(result: SyncResult): string {
	const { copied, failed, heldBack, vanished, unreadable, deletePlan, extra } =
		result;
	return `${copied.objects} objects to copy, ${deletePlan?.objects ?? extra} to delete, ${vanished} vanished, ${failed} failed, ${heldBack} held back, ${unreadable} places unreadable`;
}

function deletes({ maxDeletes }: World) {
	return { approve: () => true, maxObjects: maxDeletes };
}

async function pass(
	{ source, target, pass: options }: World,
	{ signal }: Call,
	more: {
		readonly isDryRun?: boolean;
		readonly deletes?: ReturnType<typeof deletes>;
		readonly observe?: (event: SyncEvent) => void;
	},
): Promise<SyncResult> {
	return await sync(source, target, { ...options, ...more, signal });
}

function refused(reason: string, suggestion: string): CutoverError {
	return new CutoverError(
		"refused",
		`The registry cannot be cut over: ${reason}. It is in use as before`,
		{ suggestions: [suggestion] },
	);
}
