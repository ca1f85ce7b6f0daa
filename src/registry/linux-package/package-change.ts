import { requireReplaceable } from "../kept-file/replace-host-file.ts";
import type { Change } from "../node.ts";
import { type Activation, activation } from "./activation.ts";
import type { PackageNode } from "./package-node.ts";
import { isInForce } from "./package-state.ts";

/** What has to be done so that a node runs with this `gitlab.rb`. */
export function toChange(
	node: PackageNode,
	activated: Activation,
	notes: readonly string[],
): Change {
	const { state, evaluated, text } = activated;
	const { file } = state;
	const isChanged = text !== file.text;
	// Known now, not when the window has begun: Docker's file may be mounted by itself.
	if (isChanged) requireReplaceable(file, node.host);
	const isRunning =
		evaluated !== undefined && isInForce(state, evaluated.configured);
	const { write, activate } = activation(node, activated);
	return {
		files: isChanged
			? [{ path: node.file, before: file.text, after: text }]
			: [],
		commands: isChanged || !isRunning ? [`${node.gitlabCtl} reconfigure`] : [],
		notes,
		write,
		activate,
	};
}
