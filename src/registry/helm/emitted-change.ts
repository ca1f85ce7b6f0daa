import { join } from "node:path";
import { isAsAsked } from "../asked-settings.ts";
import type { Call, Change, FileChange } from "../node.ts";
import type { Settings } from "../settings.ts";
import {
	type EmitOptions,
	emissionChange,
	howItComes,
	whatIsMissing,
} from "./emission.ts";
import {
	EMITTED,
	originalOf,
	readEmitted,
	secretManifest,
	valuesText,
} from "./emitted-files.ts";
import { mountKeyFile } from "./key-file.ts";
import { planValues } from "./planned-values.ts";
import { type RegistryWorkload, readWorkload } from "./registry-workload.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { settingsOf } from "./release-settings.ts";
import { withLeaves } from "./values-tree.ts";

/**
 * Works out what has to be written for Git so that the settings come into force, which others then do (Argo CD, Flux, a
 * pipeline): Helm itself is not asked, it may know nothing of the release. See `RegistryNode.change`.
 */
export async function emitChange(
	access: ReleaseAccess,
	settings: Settings,
	options: EmitOptions,
	call?: Call,
): Promise<Change> {
	const { folder } = options;
	const workload = await readWorkload(access, call);
	const emitted = await readEmitted(access, folder, call);
	const { asked, keyFile } = await mountKeyFile(access, settings, call);
	const effective = settingsOf(workload);
	const { release } = access;
	const configured = { release, effective, storage: workload.storage };
	const { leaves, secret } = planValues(asked, configured, keyFile);
	const values = withLeaves(
		emitted.values,
		leaves.map(({ path, value }) => ({
			path: [...access.prefix, ...path],
			value,
		})),
	);
	const texts = new Map<string, string | undefined>();
	const files: FileChange[] = [];
	const add = (name: string, before: string | undefined, after: string) => {
		if (before === after) return;
		texts.set(name, after);
		files.push({ path: join(folder, name), before, after });
	};
	if (leaves.length > 0) {
		// First: what leads back is there before what is to be led back from.
		texts.set(
			EMITTED.original,
			`${JSON.stringify(originalOf(emitted.original, configured, asked, values))}\n`,
		);
		if (secret !== undefined)
			add(EMITTED.secret, emitted.secretText, secretManifest(access, secret));
		add(EMITTED.values, emitted.valuesText, valuesText(values, access));
	}
	const isInForce = (now: RegistryWorkload) =>
		now.isRolledOut && isAsAsked(settingsOf(now), asked);
	const isDone = isInForce(workload);
	return emissionChange(access, options, {
		...{ texts, files, isInForce, isDone },
		missing: (now) => whatIsMissing(now, asked),
		notes: [
			...effective.overrides.map(
				(variable) =>
					`${variable} overrides the registry's configuration in its pods.`,
			),
			...(isDone ? [] : [howItComes(options)]),
			...(secret === undefined
				? []
				: [
						`Fill in the secrets of ${join(folder, EMITTED.secret)}, or seal it, and have it in the cluster first: none is written there.`,
					]),
		],
	});
}
