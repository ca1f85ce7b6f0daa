import { shellWords } from "../host/shell-words.ts";
import type { Call } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { type ReleaseAccess, runKubectl } from "./release-access.ts";

/** The command that waits for a Deployment's new pods, as a person would type it. */
export function rolloutCommand(
	{ kubectl, namespace }: ReleaseAccess,
	deployment: string,
): string {
	const words = ["rollout", "status", `deployment/${deployment}`];
	return `${kubectl} ${shellWords([...words, "--namespace", namespace])}`;
}

/**
 * Waits until all pods of a Deployment are new ones, and ready. The old ones may still be about to end then
 * (`RegistryNode.remaining`). Rejects with a `RegistryError`: `timed-out`.
 */
export async function awaitRollout(
	access: ReleaseAccess,
	deployment: string,
	timeoutMs: number,
	call?: Call,
): Promise<void> {
	const words = ["rollout", "status", `deployment/${deployment}`];
	const timeout = `${Math.ceil(timeoutMs / 1000)}s`;
	try {
		await runKubectl(access, [...words, "--timeout", timeout], {
			...call,
			timeoutMs: timeoutMs + 30_000,
		});
	} catch (error) {
		if (!(error instanceof RegistryError) || error.code !== "failed")
			throw error;
		const { release, kubectl, namespace } = access;
		throw new RegistryError(
			"timed-out",
			`The release ${release} was upgraded, but the pods of its registry were not all replaced: ${error.message}; old pods serve as before until theirs is`,
			{
				suggestions: [
					`${kubectl} describe pods --selector app=registry,release=${release} --namespace ${namespace} says what new pods wait for.`,
					"Undo the change, or wait and run the same again.",
				],
				cause: error,
			},
		);
	}
}
