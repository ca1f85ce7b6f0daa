import { isMap } from "../configuration-yaml.ts";
import type { Change } from "../node.ts";
import { isTrue } from "../parameters.ts";
import type { WriteState } from "../probe/write-state.ts";
import { RegistryError } from "../registry-error.ts";
import type { FoundNode } from "./look.ts";
import type { NodeRecord } from "./record.ts";
import type { NodePlan } from "./turn.ts";

/** What is to be done to a node so that it is read-only. */
export type OnDecision =
	/** It is to be changed. */
	| "change"
	/** It is read-only, and what can still write has to have ended. */
	| "keep"
	/** Whether it takes writes cannot be told: it could not be proven afterwards either. */
	| "unknown"
	/** It takes writes although its configuration says otherwise. */
	| "overridden";

/**
 * Decides what is to be done to a node so that it is read-only.
 *
 * | probed    | there is something to do | proven by an earlier run | decision   |
 * | --------- | ------------------------ | ------------------------ | ---------- |
 * | unknown   | -                        | -                        | unknown    |
 * | writable  | yes                      | -                        | change     |
 * | writable  | no                       | -                        | overridden |
 * | read-only | yes                      | no                       | change     |
 * | read-only | yes                      | yes                      | change, but where only commands are known, which say the same every time: keep |
 * | read-only | no                       | -                        | keep       |
 */
export function decideOn(
	probed: WriteState["state"],
	{ files, commands }: Pick<Change, "files" | "commands">,
	stage: NodeRecord["stage"] | undefined,
): OnDecision {
	if (probed === "unknown") return "unknown";
	const hasWork = files.length + commands.length > 0;
	if (probed === "writable") return hasWork ? "change" : "overridden";
	const isRepeated = files.length === 0 && stage === "proven";
	return hasWork && !isRepeated ? "change" : "keep";
}

/** A node as it was found, and what is to be done to it. */
export interface FoundPlan extends FoundNode, NodePlan {}

/** Works out what is to be done to all nodes so that they are read-only. Rejects with a `RegistryError`; changes nothing. */
export async function planOn(
	found: readonly FoundNode[],
	signal: AbortSignal | undefined,
): Promise<readonly FoundPlan[]> {
	const planned: FoundPlan[] = [];
	for (const one of found) {
		const { node, probed, kept } = one;
		const change = await node.change({ readOnly: true }, { signal });
		const decision = decideOn(probed.state, change, kept?.stage);
		if (decision === "unknown") throw cannotTell(one);
		if (decision === "overridden") throw overridden(one, change.notes);
		planned.push({
			...one,
			change: decision === "change" ? change : undefined,
			notes: [...change.notes, ...collectorNotes(one)],
		});
	}
	return planned;
}

/** Why a node is not touched whose state cannot be told. */
function cannotTell({ node, probed }: FoundNode): RegistryError {
	return new RegistryError(
		"refused",
		`It cannot be told whether ${node.name} (${node.url.origin}) takes writes: ${probed.because}. Nothing was changed`,
		{ suggestions: probed.suggestions },
	);
}

/** What goes on deleting blobs all the same. Source: handlers/app.go (startOnlineGC) of GitLab's container registry. */
function collectorNotes({ settings }: FoundNode): readonly string[] {
	if (settings?.database !== "on" && settings?.database !== "prefer") return [];
	const { gc } = settings.tree;
	if (isMap(gc) && isTrue(gc.disabled)) return [];
	return [
		"With a metadata database, online garbage collection goes on while the registry is read-only, and deletes blobs: set gc.disabled for as long as that matters.",
	];
}

function overridden(
	{ node, settings }: FoundNode,
	notes: readonly string[],
): RegistryError {
	const overrides = settings?.overrides ?? [];
	const why =
		overrides.length > 0
			? `variables of its process override the file (${overrides.join(", ")})`
			: `its process is older than the file, or another registry answers at ${node.url.origin}`;
	return new RegistryError(
		"refused",
		`${node.name} takes writes, although it is configured to be read-only: ${why}. Nothing was changed`,
		{
			suggestions: [
				...notes,
				overrides.length > 0
					? "Take the variables away where the registry is started, and restart it."
					: "Restart it, and check its URL.",
			],
		},
	);
}
