import type { Destination } from "../destination.ts";

/** A rollback's: what each node was configured to before it was configured to the target, as the cutover has kept it. */
export function sourceDestination(cutoverId: string): Destination {
	return {
		closed: (node, call) => node.restore(cutoverId, { readOnly: true }, call),
		open: (node, call) => node.restore(cutoverId, { readOnly: false }, call),
		async isReached(node, call) {
			for (const readOnly of [true, false]) {
				const { files } = await node.restore(cutoverId, { readOnly }, call);
				if (files.length === 0) return true;
			}
			return false;
		},
		// It is what there was before: nothing leads further back.
		settle: async () => {},
	};
}
