import { messageOf } from "../../store/thrown.ts";
import type { RegistryNode } from "../node.ts";
import { awaitEnd, type EndProof, type Former } from "./await-end.ts";
import { changeNode } from "./change-node.ts";
import { lookAt } from "./look.ts";
import { lookAgain } from "./look-again.ts";
import { type FoundPlan, planOn } from "./plan-on.ts";
import { putBack } from "./put-back.ts";
import { type NodeStanding, ReadOnlyError } from "./read-only-error.ts";
import { type FoundState, type ReadOnlyRecord, Recorder } from "./record.ts";
import type { TurnOptions } from "./turn.ts";

/** A registry that is read-only, and how that is known. */
export interface ReadOnlyProof {
	/** Who made it so, and since when what was found is recorded (ISO 8601, UTC). */
	readonly operator: string;
	readonly since: string;
	readonly nodes: readonly NodeProof[];
}

/** How one node is known to be read-only. */
interface NodeProof {
	readonly name: string;
	readonly url: string;
	/** What it was before the first change. */
	readonly found: FoundState;
	/** How it is known that nobody is left who could write: `proven`, by an earlier run. */
	readonly former: EndProof | "proven";
}

/**
 * Makes a registry read-only, and proves it on every node: each refuses writes, and none of those is left that served it
 * before (I6). What was found is recorded first, durably. One node after the other is restarted, so that the others serve;
 * then those that served before are waited for, all at once; then every node is looked at once more. What fails, or is
 * cancelled, brings every node that was begun back to what was found.
 *
 * Resolves with `undefined` when it was not approved. Rejects with a `RegistryError` when nothing was changed, with a
 * `ReadOnlyError` that says in which state each node is when something was.
 */
export async function turnReadOnlyOn(
	nodes: readonly RegistryNode[],
	options: TurnOptions,
): Promise<ReadOnlyProof | undefined> {
	const { keeper, observe, approve, operator } = options;
	const earlier = keeper.read();
	const found = await lookAt(nodes, earlier, options);
	const plans = await planOn(found, options.signal);
	for (const { node, probed, notes } of plans)
		observe({ type: "found", node: node.name, state: probed.state, notes });
	if (!(await approve(plans))) return undefined;
	const recorder = new Recorder(keeper, recordOf(plans, earlier, operator));
	try {
		const formers = await changeAll(plans, recorder, options);
		const proofs = await awaitAll(formers, options);
		await lookAgain(nodes, options);
		for (const node of nodes) recorder.note(node, "proven");
		const { operator, since } = recorder.current;
		return {
			...{ operator, since },
			nodes: nodes.map((node) => ({
				name: node.name,
				url: node.url.origin,
				found: recorder.of(node).found,
				former: proofs.get(node) ?? "proven",
			})),
		};
	} catch (error) {
		throw await givenUp(error, nodes, recorder, options);
	}
}

/** What an earlier run found counts, for that is what there was before the first change. */
function recordOf(
	plans: readonly FoundPlan[],
	earlier: ReadOnlyRecord | undefined,
	operator: string,
): ReadOnlyRecord {
	return {
		operator: earlier?.operator ?? operator,
		since: earlier?.since ?? new Date().toISOString(),
		nodes: plans.map(({ node, probed, instances, kept, change }) => ({
			name: node.name,
			url: node.url.origin,
			// What is unknown was refused before.
			found:
				kept?.found ?? (probed.state === "writable" ? "writable" : "read-only"),
			stage: kept?.stage ?? "untouched",
			former: [
				...(kept?.former ?? []),
				...(change === undefined ? [] : (instances ?? [])),
			],
		})),
	};
}

/** Changes one node after the other. Resolves with those who may still write, where somebody may. */
async function changeAll(
	plans: readonly FoundPlan[],
	recorder: Recorder,
	options: TurnOptions,
): Promise<readonly Former[]> {
	const formers: Former[] = [];
	for (const plan of plans) {
		const { node, change, instances, settings, kept } = plan;
		if (change === undefined && kept?.stage === "proven") continue;
		if (change !== undefined) {
			recorder.note(node, "begun");
			await changeNode(plan, change, options);
		}
		const { former } = recorder.of(node);
		// Of a node that somebody else made read-only it is not known any more what served it before.
		const isKnown = change === undefined ? former.length > 0 : instances;
		formers.push({
			node,
			instances: isKnown ? former : undefined,
			drainMs: settings?.drainMs ?? options.drainMs,
			toldAt: options.clock.now(),
		});
	}
	return formers;
}

/** Waits for all at once; when one does not end in time, no longer for the others. */
async function awaitAll(
	formers: readonly Former[],
	options: TurnOptions,
): Promise<ReadonlyMap<RegistryNode, EndProof>> {
	const failed = new AbortController();
	const signal =
		options.signal === undefined
			? failed.signal
			: AbortSignal.any([options.signal, failed.signal]);
	const waits = formers.map(async (former) => {
		try {
			const proof = await awaitEnd(former, { ...options, signal });
			return [former.node, proof] as const;
		} catch (error) {
			failed.abort(error);
			throw error;
		}
	});
	await Promise.allSettled(waits);
	return new Map(await Promise.all(waits));
}

/** Brings back what was begun, and says what became of it. No cancellation ends this. */
async function givenUp(
	cause: unknown,
	nodes: readonly RegistryNode[],
	recorder: Recorder,
	options: TurnOptions,
): Promise<ReadOnlyError> {
	options.observe({
		type: "putting-back",
		reason: messageOf(cause),
	});
	const standings: NodeStanding[] = [];
	for (const node of nodes) {
		const { stage, found } = recorder.of(node);
		const { name } = node;
		if (stage === "untouched")
			standings.push({ name, standing: "as-found", found });
		// An earlier run has proven it, and this one has not touched it.
		else if (stage === "proven")
			standings.push({ name, standing: "as-found", found: "read-only" });
		else {
			const standing = await putBack(node, found, () => node.undo(), options);
			if (standing.standing === "as-found") recorder.note(node, "untouched");
			standings.push(standing);
		}
	}
	recorder.removeIfDone();
	return new ReadOnlyError(
		"The registry could not be made read-only",
		cause,
		standings,
	);
}
