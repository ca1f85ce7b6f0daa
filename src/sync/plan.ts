import { getFips, hash } from "node:crypto";
import { exclusionOf } from "../layout/exclusion.ts";
import { copyRank } from "../layout/order.ts";
import { parseKey, REGISTRY_PREFIX } from "../layout/paths.ts";
import { lowestRankBelow } from "../layout/sections.ts";
import type { Unreadable } from "../store/object-store.ts";
import { type Action, decide } from "./decide.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";
import { type ScannedObject, scan } from "./scan.ts";

/** Takes in what the target has. Nobody else writes there, so this may be done before the source is read. */
export async function listTarget(context: PassContext): Promise<void> {
	const { target, index, observe, signal } = context;
	for await (const { objects, unreadable } of target.list({
		prefix: REGISTRY_PREFIX,
		signal,
	})) {
		// A target that cannot be looked at cannot be decided on.
		for (const { error } of unreadable) throw error;
		index.addTarget(
			objects.filter(
				({ key }) =>
					exclusionOf(key) === undefined && parseKey(key)?.kind !== "lock",
			),
		);
		observe({ type: "target-listed", objects: objects.length });
	}
}

/** Reads the source in the order that is safe on a live registry, and decides on each object. */
export async function readSource(context: PassContext): Promise<void> {
	const { source, concurrency, observe, signal } = context;
	for await (const page of scan(source, { concurrency, signal })) {
		for (const object of page.objects) take(context, object);
		for (const unreadable of page.unreadable) note(context, unreadable);
		for (const { key, found } of page.malformed) report(context, key, found);
		const objects = page.objects.length + page.malformed.length;
		if (objects > 0) observe({ type: "source-read", objects });
	}
}

const STATES: Readonly<Record<Action, State>> = {
	copy: State.copy,
	compare: State.compare,
	skip: State.settled,
};

function take({ index }: PassContext, object: ScannedObject): void {
	const { key, kind, size, content } = object;
	const atTarget = index.target(key);
	const md5 =
		content === undefined || atTarget?.md5 === undefined
			? undefined
			: md5Of(content);
	const state = STATES[decide({ kind, size, md5 }, atTarget)];
	index.addSource({ key, kind, size, content, state });
}

function note(
	{ index, counts, observe }: PassContext,
	{ prefix, error }: Unreadable,
): void {
	counts.unreadable++;
	const kind = parseKey(prefix)?.kind;
	if (kind === undefined) index.addUnknown(prefix, lowestRankBelow(prefix));
	else index.mark(prefix, copyRank(kind), State.trouble);
	observe({ type: "unreadable", prefix, error });
}

function report(
	{ counts, observe }: PassContext,
	key: string,
	found: string,
): void {
	counts.damage.malformed++;
	observe({ type: "broken", damage: { kind: "malformed", key, found } });
}

/** MD5 in hex; `undefined` where the machine's policy (FIPS) forbids it, and contents must be compared. */
function md5Of(content: string): string | undefined {
	return IS_FIPS ? undefined : hash("md5", content, "hex");
}

const IS_FIPS = getFips() === 1;
