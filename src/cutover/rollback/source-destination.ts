import type {
	Change,
	RegistryNode,
	RestoreOptions,
} from "../../registry/node.ts";
import { RegistryError } from "../../registry/registry-error.ts";
import { otherStorage } from "../before/other-storage.ts";
import type { Call } from "../course/step.ts";
import type { Destination } from "../destination.ts";
import { settingsOf } from "../node-settings.ts";

/** Nothing is kept any more: a node forgets what it was when it is that again, and not before. */
const BACK: Change = {
	...{ files: [], commands: [], notes: [] },
	write: async () => {},
	activate: async () => {},
};

/**
 * A rollback's: what each node was configured to before it was configured to the target, as the cutover has kept it. With a
 * metadata database, garbage is kept on every step of it but the last, and the database pinned. Of a node that has forgotten
 * what was kept, the kind of storage tells whether somebody has brought it to the target again.
 */
export function sourceDestination(
	cutoverId: string,
	hasDatabase: boolean,
	sourceUrl: string,
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
	const isOnSource = async (node: RegistryNode, call: Call) => {
		const { driver } = (await settingsOf(node, call)).storage;
		return otherStorage(driver, sourceUrl) === undefined;
	};
	return {
		closed: (node, call) => node.restore(cutoverId, closed, call),
		open: (node, call) => restored(node, opened, call),
		async isReached(node, call) {
			for (const options of [closed, opened, ...(hasDatabase ? [whole] : [])]) {
				const change = await restored(node, options, call);
				if (change === BACK) return await isOnSource(node, call);
				if (change.files.length === 0) return true;
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
