import { expect } from "vitest";
import type { ObjectStore } from "../../src/store/object-store.ts";
import type { SyncEvent, SyncResult } from "../../src/sync/events.ts";
import { type SyncOptions, sync } from "../../src/sync/pass.ts";
import { unwritable } from "../support/faults.ts";
import { closureBreaches } from "./closure.ts";
import { type Content, contentOf, sorted } from "./content.ts";

/**
 * A pass over a source that must not be written (I3), with what it said. Tests fill targets as they like, so unless
 * they say otherwise no target is refused for what it holds, nor for a pass that was cut off, whose process lives on.
 */
export async function run(
	source: ObjectStore,
	target: ObjectStore,
	options: SyncOptions = {},
): Promise<{
	readonly result: SyncResult;
	readonly events: readonly SyncEvent[];
}> {
	const events: SyncEvent[] = [];
	const observe = (event: SyncEvent) => events.push(event);
	const result = await sync(unwritable(source), target, {
		isTargetNotEmpty: true,
		isTakeOver: true,
		...options,
		observe,
	});
	return { result, events };
}

/** The keys of all events of one type. */
export function keysOf(
	events: readonly SyncEvent[],
	type: SyncEvent["type"],
): readonly string[] {
	return events.flatMap((event) =>
		event.type === type && "key" in event ? [event.key] : [],
	);
}

/** Asserts I1: the target is closed under references, as far as the source has what they name. */
export async function expectClosed(
	target: ObjectStore,
	source: { has(key: string): boolean },
): Promise<void> {
	expect(closureBreaches(await contentOf(target), source)).toEqual([]);
}

/** Asserts that a store holds exactly this. */
export async function expectContent(
	store: ObjectStore,
	expected: Content,
): Promise<void> {
	const found = await contentOf(store);
	expect([...found.keys()]).toEqual([...sorted(expected).keys()]);
	for (const [key, content] of expected)
		expect(found.get(key)?.equals(content), key).toBe(true);
}
