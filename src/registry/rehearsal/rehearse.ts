import { formatDigest } from "../../layout/digest.ts";
import type { ObjectStore } from "../../store/object-store.ts";
import type { Call } from "../node.ts";
import { sampleTags } from "../probe/sample-tags.ts";
import type { DriverSettings } from "../settings.ts";
import { taggedDigest } from "./choose-repositories.ts";
import type { PreparedNode } from "./prepared-nodes.ts";
import type { CopiedImage } from "./reading-steps.ts";
import { rehearseNode } from "./rehearse-node.ts";
import type { Scratch } from "./scratch.ts";
import { servedEnvironment } from "./served-environment.ts";
import type { StepResult } from "./step.ts";

/** What became of a node's rehearsal. */
export interface NodeResult {
	readonly node: string;
	readonly program: string;
	readonly steps: readonly StepResult[];
}

export interface RehearseAllOptions extends Call {
	/** Called with each result as it is there; must not throw. */
	readonly observe?: ((node: string, result: StepResult) => void) | undefined;
}

/** Images that are pulled, at most. */
const MOST_IMAGES = 12;

/** The images in a copy of some repositories, by digest: some of their tags. Rejects with a `StoreError`. */
export async function imagesIn(
	store: ObjectStore,
	call: Call = {},
): Promise<readonly CopiedImage[]> {
	const tags = await sampleTags(store, { count: MOST_IMAGES, ...call });
	const images = new Map<string, CopiedImage>();
	for (const tag of tags) {
		const found = await taggedDigest(store, tag, call);
		if (found === undefined) continue;
		const digest = formatDigest(found);
		const { repository } = tag;
		images.set(`${repository}@${digest}`, { repository, digest });
	}
	return [...images.values()];
}

/** The part of a scratch place that images are copied to. */
export const PULLS = "pulls";

/**
 * Rehearses the nodes, one after the other, on a scratch place that images were copied to. Of each, no registry is left
 * running when this resolves or rejects; the place stays to be removed.
 */
export async function rehearseNodes(
	nodes: readonly PreparedNode[],
	{
		storage,
		isGitLab,
	}: { readonly storage: DriverSettings; readonly isGitLab: boolean },
	{
		scratch,
		images,
	}: { readonly scratch: Scratch; readonly images: readonly CopiedImage[] },
	{ observe = () => {}, signal }: RehearseAllOptions = {},
): Promise<readonly NodeResult[]> {
	const results: NodeResult[] = [];
	for (const [number, prepared] of nodes.entries()) {
		const { node, program, service, redirectDisabled } = prepared;
		const part = `pushes-${number + 1}`;
		const steps = await rehearseNode(
			{
				host: node.host,
				serving: {
					program,
					user: service.user,
					environment: servedEnvironment(service.environment),
					redirectDisabled,
					isGitLab,
				},
				pulls: scratch.storage(storage, PULLS),
				pushes: scratch.storage(storage, part),
				pushed: scratch.store(part),
				images,
			},
			{ observe: (result) => observe(node.name, result), signal },
		);
		results.push({ node: node.name, program, steps });
	}
	return results;
}
