import type {
	Change,
	RegistryNode,
	RestoreOptions,
} from "../../registry/node.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import type { Call } from "../course/step.ts";
import type { Destination } from "../destination.ts";

/** Nothing is kept any more: a node forgets what it was when it is that again, and not before. */
const BACK: Change = {
	...{ files: [], commands: [], notes: [] },
	write: async () => {},
	activate: async () => {},
};

/**
 * A rollback's: what each node was configured to before it was configured to the target, as the cutover has kept it. With a
 * metadata database, garbage is kept on every step of it but the last, and the database pinned.
 */
export function sourceDestination(
	cutoverId: string,
	hasDatabase: boolean,
): Destination {
	const kept = { isCollectionPaused: hasDatabase };
	const closed = { ...kept, readOnly: true };
	const opened = { ...kept, readOnly: false };
	const whole = { readOnly: false };
	const restored = async (
		node: RegistryNode,
		options: RestoreOptions,
		call: Call,
	) =>
		await node.restore(cutoverId, options, call).catch((error: unknown) => {
			if (error instanceof RegistryError && error.code === "not-found")
				return BACK;
			throw error;
		});
	return {
		closed: (node, call) => node.restore(cutoverId, closed, call),
		open: (node, call) => restored(node, opened, call),
		async isReached(node, call) {
			for (const options of [closed, opened, ...(hasDatabase ? [whole] : [])]) {
				const { files } = await restored(node, options, call);
				if (files.length === 0) return true;
			}
			return false;
		},
		async collecting(node, call) {
			const change = await restored(node, whole, call);
			return change === BACK ? undefined : change;
		},
		// It is what there was before: nothing leads further back.
		settle: async () => {},
	};
}
