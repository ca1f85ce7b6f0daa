import { acceptFile, isAccepted } from "../kept-file/accept-file.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import { planRestore } from "../kept-file/plan-restore.ts";
import {
	forgetOriginal,
	type PlannedUndo,
	planUndo,
} from "../kept-file/undo.ts";
import { meanwhileOf } from "../meanwhile.ts";
import type { Call, Change, RestoreOptions } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Activation } from "./activation.ts";
import { gitlabRb, isOurBlock, withOriginalBlock } from "./block-back.ts";
import { type Evaluated, evaluate } from "./evaluated.ts";
import { isOnTargetOf, removeBlock, sourceFor } from "./gitlab-rb.ts";
import { toChange } from "./package-change.ts";
import type { PackageNode } from "./package-node.ts";
import { type PackageState, readPackageState } from "./package-state.ts";
import { requireNothingPending } from "./pending-refusal.ts";

/** See `RegistryNode.undo`. */
export async function undo(
	node: PackageNode,
	call: Call | undefined,
): Promise<Change> {
	const state = await readPackageState(node, call);
	const { file, outline } = state;
	const plan = await planUndo(
		node.host,
		node.file,
		async (texts) => ({
			text: await withOriginalBlock(node, texts, call),
			left: [],
		}),
		call,
	);
	requireSame(node, state, plan.file);
	// Without an original that is kept there is nothing of ours, but for a block whose original somebody has removed.
	const isLost =
		!plan.isKept &&
		outline.begins.length > 0 &&
		!(await isAccepted(node.host, file, call));
	const text = isLost
		? removeBlock({ text: file.text, outline, file: node.file })
		: plan.text;
	return await backTo(node, { ...plan, text }, state, {
		...{ forgets: plan.isKept, call },
	});
}

/** See `RegistryNode.accept`. */
export async function accept(
	{ host, file, gitlabCtl }: PackageNode,
	name: string,
	call: Call | undefined,
): Promise<void> {
	const effective = [`${gitlabCtl} reconfigure`];
	await acceptFile(host, file, name, { ...call, effective });
}

/** See `RegistryNode.restore`. */
export async function restore(
	node: PackageNode,
	name: string,
	options: RestoreOptions,
	call: Call | undefined,
): Promise<Change> {
	const state = await readPackageState(node, call);
	const plan = await planRestore(
		node.host,
		node.file,
		name,
		async (texts) => ({
			text: await withOriginalBlock(node, texts, call),
			left: (await isOurBlock(node, texts, call))
				? []
				: ["the block of lines at the end of it"],
		}),
		call,
	);
	requireSame(node, state, plan.file);
	const accepted = await gitlabRb(node, plan.accepted, call);
	const source = await gitlabRb(node, plan.text, call);
	const asked = meanwhileOf(options);
	const text =
		asked === undefined ? plan.text : sourceFor(asked, source, accepted);
	return await backTo(node, { ...plan, text }, state, {
		...{ forgets: asked === undefined, asked, call },
		requireSource({ configured }) {
			if (isOnTargetOf(accepted, source, configured))
				throw new RegistryError(
					"failed",
					`${node.file} on ${node.host.name} was written without what regmigrate had added, and yet sets the storage that the registry is to leave; it was not brought into force`,
					{
						suggestions: [
							"Somebody has set registry['storage'] there as well: take that away, and run the same command again.",
						],
					},
				);
		},
	});
}

interface BackOptions extends Pick<Activation, "asked" | "requireSource"> {
	/** Whether nothing is left to go back to when it is in force. */
	readonly forgets: boolean;
	readonly call: Call | undefined;
}

/** The way back is never closed by what else is pending, nor by a file that cannot be evaluated: perhaps by our doing. */
async function backTo(
	node: PackageNode,
	{ file, text, isMerged }: Pick<PlannedUndo, "file" | "text" | "isMerged">,
	state: PackageState,
	{ forgets, call, ...options }: BackOptions,
): Promise<Change> {
	const evaluated = await evaluateIfPossible(node, call);
	const pending =
		evaluated === undefined
			? []
			: requireNothingPending(
					{ ...node, acceptPending: true },
					state,
					evaluated.configuration,
				);
	const merged = isMerged
		? [
				`${node.file} on ${node.host.name} was changed by somebody else since; only the lines of regmigrate go back to what they were.`,
			]
		: [];
	const forget = forgets
		? (later?: Call) => forgetOriginal(node.host, file, later)
		: undefined;
	return toChange(node, { state, evaluated, text, forget, ...options }, [
		...merged,
		...pending,
	]);
}

/** Refuses to go on from a file that has changed while it was looked at. */
function requireSame(
	{ host, file: path }: PackageNode,
	{ file }: PackageState,
	{ sha256 }: HostFile,
): void {
	if (sha256 === file.sha256) return;
	throw new RegistryError(
		"changed",
		`Cannot undo the change of ${path} on ${host.name}: somebody is changing it`,
		{ suggestions: ["Run the same command again."] },
	);
}

async function evaluateIfPossible(
	node: PackageNode,
	call: Call | undefined,
): Promise<Evaluated | undefined> {
	try {
		return await evaluate(node, call);
	} catch (error) {
		if (error instanceof RegistryError) return undefined;
		throw error;
	}
}
