import type { DistributionDescription } from "../description.ts";
import type { Host } from "../host/host.ts";
import {
	type HostProcess,
	listenersOf,
	printedProcesses,
	stillRunning,
} from "../host/processes.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import { readHostFile } from "../kept-file/read-host-file.ts";
import {
	replaceHostFile,
	requireReplaceable,
} from "../kept-file/replace-host-file.ts";
import { forgetOriginal, planUndo } from "../kept-file/undo.ts";
import { maskedCommand } from "../masking/mask.ts";
import type { Call, Change, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { requireSamePlace } from "../same-place.ts";
import type { Settings } from "../settings.ts";
import { notesOn } from "./change-notes.ts";
import { editConfiguration } from "./edit-configuration.ts";
import { effectiveSettings } from "./effective-settings.ts";
import type { ProcessEnvironment } from "./environment-overrides.ts";
import { overridesOfEdit } from "./overridden-edit.ts";
import { environmentOf } from "./process-environment.ts";
import { restart } from "./restart.ts";
import { undoConfiguration } from "./undo-configuration.ts";

export interface DistributionOptions {
	/** How long a restart may take (ms); default 24 hours, for who switches a registry allows for less. */
	readonly restartTimeoutMs?: number | undefined;
}

/**
 * A node whose `config.yml` is edited, and which is restarted by its operator's command: Distribution, or GitLab's registry
 * built from source.
 */
export function distributionNode(
	description: DistributionDescription,
	host: Host,
	options: DistributionOptions = {},
): RegistryNode {
	const node = { description, host, ...options };
	const { name, url, configuration } = description;
	return {
		name,
		host,
		url,
		async settings(call) {
			const { file, environment } = await look(node, call);
			return effectiveSettings(file.text, environment ?? {}, configuration);
		},
		change: (settings, call) => change(node, settings, call),
		undo: (call) => undo(node, call),
		instances: (call) => processes(node, call),
		remaining: (instances, call) => stillRunning(host, instances, call),
	};
}

interface Node extends DistributionOptions {
	readonly description: DistributionDescription;
	readonly host: Host;
}

/** What is found on a node. Secrets inside (I7). */
interface Found {
	readonly file: HostFile;
	/** `undefined`: they cannot be told. */
	readonly processes: readonly HostProcess[] | undefined;
	/** `undefined`: no process, or it is not to be seen. */
	readonly environment: ProcessEnvironment | undefined;
}

async function look(node: Node, call: Call | undefined): Promise<Found> {
	const { host, description } = node;
	const file = await readHostFile(host, description.configuration, call);
	const found = await processes(node, call);
	const [first] = found ?? [];
	const environment =
		first === undefined ? undefined : await environmentOf(host, first, call);
	return { file, processes: found, environment };
}

async function processes(
	{ host, description: { processes: line, url } }: Node,
	call: Call | undefined,
): Promise<readonly HostProcess[] | undefined> {
	if (line !== undefined) return await printedProcesses(host, line, call);
	const port =
		url.port === "" ? (url.protocol === "https:" ? 443 : 80) : url.port;
	return await listenersOf(host, Number(port), call);
}

async function change(
	node: Node,
	asked: Settings,
	call: Call | undefined,
): Promise<Change> {
	const { host, description } = node;
	const { name, configuration } = description;
	const found = await look(node, call);
	const { file, environment = {} } = found;
	requireSamePlace(
		asked,
		effectiveSettings(file.text, environment, configuration),
		`${name} (database.enabled in ${configuration})`,
	);
	const text = editConfiguration(file.text, asked, configuration);
	const overrides = overridesOfEdit(text, asked, environment, configuration);
	if (overrides.length > 0)
		throw new RegistryError(
			"refused",
			`Cannot configure ${name} by ${configuration}: ${overrides.join(", ")}, with which its registry runs, would override what is to be changed. Nothing was changed`,
			{
				suggestions: [
					"Take the variable away where the registry is started (its unit, its container), write what it says into the file instead, and restart the registry once.",
				],
			},
		);
	if (text !== file.text) requireReplaceable(file, host);
	return toChange(node, found, text, { notes: notesOn(found, host) });
}

async function undo(node: Node, call: Call | undefined): Promise<Change> {
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
			...(isMerged
				? [
						`${configuration} on ${host.name} was changed by somebody else since; only what regmigrate changed is undone.`,
					]
				: []),
			...left.map(
				(key) =>
					`${key} of ${name} was changed by somebody else since; it is left as it is.`,
			),
		],
	});
}

interface ChangeOptions {
	readonly notes: readonly string[];
	/** Whether there is nothing to do whatever runs; default false. */
	readonly isIdle?: boolean | undefined;
	/** Whether nothing is left to go back to when it is effective; default false. */
	readonly forgets?: boolean | undefined;
}

function toChange(
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
