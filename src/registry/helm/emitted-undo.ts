import { join } from "node:path";
import { isAsAsked } from "../asked-settings.ts";
import type { Call, Change } from "../node.ts";
import {
	type EmitOptions,
	emissionChange,
	howItComes,
	whatIsMissing,
} from "./emission.ts";
import {
	EMITTED,
	readEmitted,
	valuesText,
	writeEmitted,
} from "./emitted-files.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { undoLeaves } from "./values-tree.ts";

/** Works out what has to be written for Git so that all is as before the first change. See `RegistryNode.undo`. */
export async function emitUndo(
	access: ReleaseAccess,
	options: EmitOptions,
	call?: Call,
): Promise<Change> {
	const { folder } = options;
	const workload = await readWorkload(access, call);
	const emitted = await readEmitted(access, folder, call);
	const { original, valuesText: before } = emitted;
	const texts = new Map<string, string | undefined>();
	if (original === undefined)
		return emissionChange(access, options, {
			...{ texts, files: [], notes: [], isDone: true },
			isInForce: () => true,
			missing: () => "",
		});
	const { storageSecret, written, ...asked } = original;
	const { values } = undoLeaves(emitted.values, written, {});
	const after = valuesText(values, access);
	const isWritten = before === after;
	if (!isWritten) texts.set(EMITTED.values, after);
	const isInSecret = ({ storage }: RegistryWorkload) =>
		storageSecret === undefined || (storage?.name ?? null) === storageSecret;
	const isInForce = (now: RegistryWorkload) =>
		now.isRolledOut && isAsAsked(settingsOf(now), asked) && isInSecret(now);
	return emissionChange(access, options, {
		...{ texts, isInForce, notes: [howItComes(options)] },
		files: isWritten
			? []
			: [{ path: join(folder, EMITTED.values), before, after }],
		isDone: isWritten && isInForce(workload),
		missing: (now) =>
			isInSecret(now)
				? whatIsMissing(now, asked)
				: "its storage is in another Secret",
		async forget(later) {
			await writeEmitted(access, folder, EMITTED.original, undefined, later);
			// One that others have put there is in use.
			if (storageSecret !== undefined)
				await writeEmitted(access, folder, EMITTED.secret, undefined, later);
		},
	});
}
