import { RegistryError } from "../registry-error.ts";
import type { ReleaseState } from "./release.ts";
import type { ReleaseAccess } from "./release-access.ts";

/** Whether something may be done to a release. */
export type StatusVerdict = "good" | "failed" | "busy" | "gone";

/**
 * | status                                          | change  | undo    |
 * | ----------------------------------------------- | ------- | ------- |
 * | deployed                                        | yes     | yes     |
 * | failed                                          | refused | yes     |
 * | pending-install, pending-upgrade, -rollback     | refused | refused |
 * | anything else (uninstalled, superseded)         | refused | refused |
 *
 * A failed upgrade is one of ours, as often as not: the way back is open. A pending one is somebody's who is at work, or was
 * killed: which of them, only people know.
 */
export function judgeStatus(status: string): StatusVerdict {
	if (status === "deployed") return "good";
	if (status === "failed") return "failed";
	return status.startsWith("pending-") ? "busy" : "gone";
}

/** Throws a `RegistryError` (`refused`, `changed`) where nothing may be done to a release. */
export function requireChangeable(
	{ release, namespace, helm }: ReleaseAccess,
	{ status, revision }: ReleaseState,
	isUndo: boolean,
): void {
	const verdict = judgeStatus(status);
	const place = `the release ${release} in the namespace ${namespace}`;
	const history = `${helm} history ${release} --namespace ${namespace} shows what there was.`;
	const rollback = `${helm} rollback ${release} REVISION --namespace ${namespace}`;
	switch (verdict) {
		case "good":
			return;
		case "failed":
			if (isUndo) return;
			throw new RegistryError(
				"refused",
				`Cannot change ${place}: its last upgrade (revision ${revision}) failed, and parts of it may be in force`,
				{
					suggestions: [
						history,
						`Upgrade it as it is to be, or go back by ${rollback}; then run this again.`,
					],
				},
			);
		case "busy":
			throw new RegistryError(
				"changed",
				`Cannot change ${place}: it is ${status} (revision ${revision}): somebody's helm is at work, or was killed`,
				{
					suggestions: [
						history,
						`If no helm is at work anymore, go back to the last revision that was deployed: ${rollback}; then run this again.`,
					],
				},
			);
		case "gone":
			throw new RegistryError(
				"refused",
				`Cannot change ${place}: it is ${status}`,
				{ suggestions: [history] },
			);
		default:
			verdict satisfies never;
	}
}
