import { acceptFile } from "../kept-file/accept-file.ts";
import { planRestore } from "../kept-file/plan-restore.ts";
import { requireReplaceable } from "../kept-file/replace-host-file.ts";
import { planUndo } from "../kept-file/undo.ts";
import { meanwhileOf } from "../meanwhile.ts";
import type { Call, Change, RestoreOptions } from "../node.ts";
import { editConfiguration } from "./edit-configuration.ts";
import { toChange } from "./file-change.ts";
import { type Node, processes } from "./found.ts";
import { undoConfiguration } from "./undo-configuration.ts";

/** See `RegistryNode.undo`. */
export async function undo(
	node: Node,
	call: Call | undefined,
): Promise<Change> {
	const { host, description } = node;
	const { name, configuration } = description;
	const plan = await planUndo(
		host,
		configuration,
		(texts) => undoConfiguration(texts, configuration),
		call,
	);
	const { file, text, left, isKept, isMerged } = plan;
	if (text !== file.text) requireReplaceable(file, host);
	const found = { file, processes: await processes(node, call) };
	return toChange(node, found, text, {
		// Without an original there is nothing of ours, and no reason to restart anything.
		isIdle: !isKept,
		forgets: isKept && left.length === 0,
		notes: [
			...(isMerged ? [mergedNote(node)] : []),
			...left.map(
				(key) =>
					`${key} of ${name} was changed by somebody else since; it is left as it is.`,
			),
		],
	});
}

/** See `RegistryNode.accept`. */
export async function accept(
	{ host, description: { configuration, restart } }: Node,
	name: string,
	call: Call | undefined,
): Promise<void> {
	await acceptFile(host, configuration, name, {
		effective: [restart],
		...call,
	});
}

/** See `RegistryNode.restore`. */
export async function restore(
	node: Node,
	name: string,
	options: RestoreOptions,
	call: Call | undefined,
): Promise<Change> {
	const { host, description } = node;
	const { configuration } = description;
	const { file, text, isMerged } = await planRestore(
		host,
		configuration,
		name,
		(texts) => undoConfiguration(texts, configuration),
		call,
	);
	const meanwhile = meanwhileOf(options);
	const wanted =
		meanwhile === undefined
			? text
			: editConfiguration(text, meanwhile, configuration);
	if (wanted !== file.text) requireReplaceable(file, host);
	const found = { file, processes: await processes(node, call) };
	return toChange(node, found, wanted, {
		forgets: meanwhile === undefined,
		notes: isMerged ? [mergedNote(node)] : [],
	});
}

function mergedNote({ host, description: { configuration } }: Node): string {
	return `${configuration} on ${host.name} was changed by somebody else since; only what regmigrate changed is undone.`;
}
