import type { HostProcess } from "../host/processes.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import { replaceHostFile } from "../kept-file/replace-host-file.ts";
import { forgetOriginal } from "../kept-file/undo.ts";
import { maskedCommand } from "../masking/mask.ts";
import type { Change } from "../node.ts";
import type { Found, Node } from "./found.ts";
import { restart } from "./restart.ts";

interface ChangeOptions {
	readonly notes: readonly string[];
	/** Whether there is nothing to do whatever runs; default false. */
	readonly isIdle?: boolean | undefined;
	/** Whether nothing is left to go back to when it is effective; default false. */
	readonly forgets?: boolean | undefined;
}

/** What has to be done so that a node runs with its file as this text. */
export function toChange(
	{ description, host, restartTimeoutMs = 24 * 60 * 60_000 }: Node,
	{ file, processes: found }: Pick<Found, "file" | "processes">,
	text: string,
	{ notes, isIdle = false, forgets = false }: ChangeOptions,
): Change {
	const { name, configuration, restart: line } = description;
	const isChanged = text !== file.text;
	const commands =
		isChanged || !(isIdle || isInForce(file, found))
			? [maskedCommand(line)]
			: [];
	return {
		files: isChanged
			? [{ path: configuration, before: file.text, after: text }]
			: [],
		commands,
		notes,
		async write({ signal } = {}) {
			if (isChanged)
				await replaceHostFile(host, file, text, { effective: [line], signal });
		},
		async activate(call) {
			if (commands.length > 0)
				await restart(
					{
						node: name,
						host,
						line,
						timeoutMs: restartTimeoutMs,
						configurations: [file.text, text],
					},
					call,
				);
			if (forgets) await forgetOriginal(host, file, call);
		},
	};
}

/** Whether all that serve were started since the file was last changed: a registry reads it at its start only. */
function isInForce(
	{ lastModified }: HostFile,
	found: readonly HostProcess[] | undefined,
): boolean {
	return (
		found !== undefined &&
		found.length > 0 &&
		// Starts are known to a hundredth of a second.
		found.every(({ startedAt }) => startedAt > lastModified - 20)
	);
}
