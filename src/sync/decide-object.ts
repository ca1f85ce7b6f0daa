import type { Kind } from "../layout/paths.ts";
import { md5Sum } from "../store/md5.ts";
import type { ObjectMeta } from "../store/object-store.ts";
import { type Action, decide } from "./decide.ts";
import { State } from "./object-state.ts";
import type { PassContext } from "./pass-context.ts";

const STATES: Readonly<Record<Action, State>> = {
	copy: State.copy,
	compare: State.compare,
	skip: State.settled,
};

/**
 * Decides on an object of the source, from what is known of the target's, and notes it; before all of the target is known,
 * it is to be copied.
 */
export function decideObject(
	{ index, isTargetKnown, isUnproven }: PassContext,
	object: {
		readonly meta: Pick<ObjectMeta, "key" | "size" | "version">;
		readonly kind: Kind;
		/** What a link holds; it is what will be written, also if the source's link has moved on by then. */
		readonly content: string | undefined;
	},
): void {
	const { meta, kind, content } = object;
	const { key, version } = meta;
	const size = content?.length ?? meta.size;
	const found = isTargetKnown ? index.target(key) : undefined;
	const atTarget = found && {
		...found,
		isProven: !isUnproven || found.isProven,
	};
	const md5 =
		content === undefined || atTarget?.md5 === undefined
			? undefined
			: md5Sum(content)?.toString("hex");
	const state = STATES[decide({ kind, size, md5 }, atTarget)];
	index.addSource({ key, kind, size, content, version, state });
}
