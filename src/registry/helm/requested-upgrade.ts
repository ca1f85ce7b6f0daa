import { isDeepStrictEqual } from "node:util";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { mapOf } from "../tree.ts";
import type { RegistryWorkload } from "./registry-workload.ts";
import {
	type ReleaseState,
	readChart,
	readManifest,
	renderUpgrade,
} from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";
import { type Difference, renderedDifference } from "./rendered-difference.ts";
import type { Values } from "./values-tree.ts";

/** An upgrade that is about to be made. Secrets inside (I7). */
export interface RequestedUpgrade {
	readonly state: ReleaseState;
	readonly workload: RegistryWorkload;
	/** The release's values, and what they are to be. */
	readonly before: Values;
	readonly after: Values;
	/** Whether what else is pending, or random, may come into force with it; default: it is refused. */
	readonly acceptPending: boolean;
	/** Whether it undoes a change of ours: then only another chart is refused, and all else is said. */
	readonly isWayBack: boolean;
}

/**
 * Throws a `RegistryError` unless an upgrade would change the registry alone: the chart is another one, the cluster does
 * not have what the release says, or the rendered difference reaches beyond the registry. Answers what the operator should
 * know: sentences. Changes nothing.
 */
export async function requireRegistryAlone(
	access: ReleaseAccess,
	{ state, workload, before, after, ...accept }: RequestedUpgrade,
	call?: Call,
): Promise<readonly string[]> {
	const { release, chart, prefix } = access;
	const { version } = state;
	const found = await readChart(access, version, call);
	if (found !== version)
		throw refusal(
			access,
			`the release is of version ${version} of the chart ${state.chart}, and ${chart} is of version ${found}`,
			[`Name the chart that ${release} was installed from.`],
		);
	const installed = await readManifest(access, call);
	if (!accept.isWayBack)
		requireUnedited(
			access,
			installed.get(`ConfigMap ${workload.configMap}`)?.content,
			workload,
		);
	const [unchanged, again, changed] = [
		await renderUpgrade(access, version, before, call),
		await renderUpgrade(access, version, before, call),
		await renderUpgrade(access, version, after, call),
	];
	const difference = renderedDifference(
		{ installed, unchanged, again, changed },
		prefix,
	);
	const { foreign } = difference;
	if (foreign.length > 0 && !accept.isWayBack)
		throw refusal(
			access,
			`it would also change what is not the registry's: ${shown(foreign)}`,
			[
				"The chart takes values of the registry elsewhere, too; change the release by hand, and describe the registry by hooks.",
			],
		);
	const sentences = others(difference);
	if (sentences.length > 0 && !accept.acceptPending && !accept.isWayBack)
		throw refusal(
			access,
			`an upgrade would also bring into force what has nothing to do with it. ${sentences.join(" ")} Nothing was changed`,
			[
				"Upgrade the release as it is to be first; then run this again.",
				"Or accept that this comes into force with ours.",
			],
		);
	return sentences;
}

function others({ foreign, pending, random }: Difference): readonly string[] {
	return [
		...(foreign.length === 0
			? []
			: [`It changes ${shown(foreign)}, too, which are not the registry's.`]),
		...(pending.length === 0
			? []
			: [`The next upgrade changes ${shown(pending)}, whoever makes it.`]),
		...(random.length === 0
			? []
			: [
					`The chart renders ${shown(random)} differently each time (a random value, a generated certificate).`,
				]),
	];
}

/** An upgrade would take back what was edited by hand, or leave it and change less than it says. */
function requireUnedited(
	access: ReleaseAccess,
	rendered: Values | undefined,
	{ configMap, configuration }: RegistryWorkload,
): void {
	const data = mapOf(rendered?.data);
	const names = Object.keys(configuration).filter(
		(name) => !isDeepStrictEqual(data[name], configuration[name]),
	);
	if (names.length === 0) return;
	throw refusal(
		access,
		`its ConfigMap ${configMap} is not as Helm wrote it (${names.join(", ")}): somebody edits it, or another tool renders it`,
		[
			"If the release is kept in Git (Argo CD, Flux), describe the node with emitTo: a folder for the change.",
		],
	);
}

function refusal(
	{ release }: ReleaseAccess,
	reason: string,
	suggestions: readonly string[],
): RegistryError {
	return new RegistryError(
		"refused",
		`Cannot change the registry of the release ${release}: ${reason}`,
		{ suggestions },
	);
}

function shown(names: readonly string[]): string {
	const more = names.length - 5;
	const some = names.slice(0, 5).join(", ");
	return more > 0 ? `${some} and ${more} more` : some;
}
