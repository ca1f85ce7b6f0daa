import { isAsAsked } from "../asked-settings.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import { replaceHostFile } from "../kept-file/replace-host-file.ts";
import type { Call, Change } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import { type Evaluated, evaluate } from "./evaluated.ts";
import type { PackageNode } from "./package-node.ts";
import type { PackageState } from "./package-state.ts";
import { differences } from "./pending.ts";
import { reconfigure } from "./reconfigure.ts";
import { reverted } from "./reverted.ts";

/** What is to be written and brought into force. */
export interface Activation {
	/** The node as it was found. */
	readonly state: PackageState;
	/** What was configured then; `undefined`: it could not be evaluated. */
	readonly evaluated: Evaluated | undefined;
	/** What `gitlab.rb` is to be. */
	readonly text: string;
	/** What it then has to say, and nothing else; `undefined`: whatever it says, which is the way back. */
	readonly asked?: Settings | undefined;
	/** Throws a `RegistryError` where it then says what it is not to say. */
	readonly requireSource?: ((after: Evaluated) => void) | undefined;
	/** Done when all is in force. */
	readonly forget?: ((call?: Call) => Promise<void>) | undefined;
}

/** Writes `gitlab.rb` and brings it into force; see `Change`. */
export function activation(
	node: PackageNode,
	{ state, evaluated, text, asked, requireSource, forget }: Activation,
): Pick<Change, "write" | "activate"> {
	const { host, gitlabCtl } = node;
	const isChanged = text !== state.file.text;
	return {
		async write(call) {
			if (!isChanged) return;
			const effective = [`${gitlabCtl} reconfigure`];
			await replaceHostFile(host, state.file, text, { ...call, effective });
		},
		async activate(call) {
			const { text: found } = await readHostFile(host, node.file, call);
			if (found !== text) throw reverted(node, "it was not brought into force");
			// Evaluated once more before anything depends on it: a mistake shows here, and not in the registry.
			const after =
				isChanged || evaluated === undefined
					? await evaluate(node, call)
					: evaluated;
			if (asked !== undefined) requireAsked(node, { evaluated, after, asked });
			requireSource?.(after);
			await reconfigure(node, text, after.configured, call);
			await forget?.(call);
		},
	};
}

/** Throws a `RegistryError` (`failed`) when the written file says more or less than what was asked for. */
function requireAsked(
	{ host, file, gitlabCtl, acceptPending }: PackageNode,
	{
		evaluated,
		after,
		asked,
	}: {
		readonly evaluated: Evaluated | undefined;
		readonly after: Evaluated;
		readonly asked: Settings;
	},
): void {
	const { changed, gone } = differences(
		evaluated?.configuration ?? after.configuration,
		after.configuration,
	);
	// What is different each time, as a secret that is made up, is pending as well.
	const others = acceptPending
		? []
		: [...changed, ...gone].filter(
				(name) =>
					!/^(gitlab\.)?registry\.(storage\.|(database\.enabled|gc\.disabled)$)/.test(
						name,
					),
			);
	if (others.length === 0 && isAsAsked(after.configured, asked)) return;
	throw new RegistryError(
		"failed",
		`${file} on ${host.name} was written, but ${gitlabCtl} show-config does not say of it what was asked for${others.length === 0 ? "" : ` and differs in ${others.slice(0, 5).join(", ")}`}; it was not brought into force`,
		{
			suggestions: [
				"Undo the change, and look whether the file ends before the lines of regmigrate (return), or something below them sets registry['storage'].",
			],
		},
	);
}
