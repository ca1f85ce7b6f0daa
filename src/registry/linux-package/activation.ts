import { readHostFile } from "../kept-file/read-host-file.ts";
import { replaceHostFile } from "../kept-file/replace-host-file.ts";
import type { Call, Change } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import type { Settings } from "../settings.ts";
import type { Configured } from "./gitlab-rb.ts";
import type { PackageNode } from "./linux-package-node.ts";
import {
	configuredOrRefuse,
	inForce,
	type PackageState,
} from "./package-state.ts";
import { differences } from "./pending.ts";
import { type Generated, readGenerated } from "./read-generated.ts";
import { judge, type Verdict } from "./reconfigured.ts";
import { serviceProcess } from "./service-process.ts";
import { showConfig } from "./show-config.ts";

/** What is to be written and brought into force. */
export interface Activation {
	/** The node as it was found. */
	readonly state: PackageState;
	/** What `gitlab.rb` is to be. */
	readonly text: string;
	/** What it then has to say; `undefined`: whatever it does. */
	readonly asked?: Settings | undefined;
	/** Done when all is in force. */
	readonly forget?: ((call?: Call) => Promise<void>) | undefined;
}

/** Writes `gitlab.rb` and brings it into force; see `Change`. */
export function activation(
	node: PackageNode,
	{ state, text, asked, forget }: Activation,
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
			await requireFile(node, text, call);
			// Evaluated once more before anything depends on it: a mistake shows here, and not in the registry.
			const expected = isChanged
				? await evaluate(node, { state, asked }, call)
				: state.configured;
			await reconfigure(node, { state, text, expected }, call);
			await forget?.(call);
		},
	};
}

/** Throws a `RegistryError` (`changed`) when somebody has written `gitlab.rb` since we did. */
async function requireFile(
	node: PackageNode,
	text: string,
	call: Call | undefined,
): Promise<void> {
	const { text: found } = await readHostFile(node.host, node.file, call);
	if (found !== text) throw reverted(node, "it was not brought into force");
}

/** What the written file configures. Throws a `RegistryError` (`failed`) when it is more or less than what was asked for. */
async function evaluate(
	node: PackageNode,
	{ state, asked = {} }: Pick<Activation, "state" | "asked">,
	call: Call | undefined,
): Promise<Configured> {
	const { host, paths, file, gitlabCtl } = node;
	const after = await showConfig(host, paths, gitlabCtl, call);
	const configured = configuredOrRefuse(node, after);
	const { changed, gone } = differences(state.configuration, after);
	const others = [...changed, ...gone].filter(
		(name) =>
			!/^(gitlab\.)?registry\.(storage\.|database\.enabled$)/.test(name),
	);
	if (others.length === 0 && isAsAsked(configured, asked)) return configured;
	throw new RegistryError(
		"failed",
		`${file} on ${host.name} was written, but ${gitlabCtl} show-config does not say of it what was asked for${others.length === 0 ? "" : ` and differs in ${others.slice(0, 5).join(", ")}`}; it was not brought into force`,
		{
			suggestions: [
				"Undo the change, and look whether something below the lines of regmigrate, or a file that is included, sets registry['storage'].",
			],
		},
	);
}

function isAsAsked(configured: Configured, asked: Settings): boolean {
	return (
		(asked.readOnly === undefined || configured.readOnly === asked.readOnly) &&
		(asked.redirectDisabled === undefined ||
			configured.redirectDisabled === asked.redirectDisabled) &&
		(asked.database === undefined || configured.database === "off") &&
		(asked.storage === undefined ||
			configured.storage.driver === asked.storage.driver)
	);
}

/** Runs the reconfigure, and looks at what it did. */
async function reconfigure(
	node: PackageNode,
	{
		state,
		text,
		expected,
	}: {
		readonly state: PackageState;
		readonly text: string;
		readonly expected: Configured;
	},
	call: Call | undefined,
): Promise<void> {
	const { host, paths, gitlabCtl, reconfigureTimeoutMs } = node;
	const before = await serviceProcess(host, paths, call);
	const old = await readGenerated(host, state.service, {}, call);
	// What it prints is long, and in its log as well.
	const command = `${gitlabCtl} reconfigure >/dev/null`;
	const { code } = await withinTime(node, () =>
		host.run(["sh", "-c", command], {
			signal: call?.signal,
			timeoutMs: reconfigureTimeoutMs,
		}),
	);
	if (code !== 0)
		throw new RegistryError(
			"failed",
			`${gitlabCtl} reconfigure on ${host.name} ended with ${code === undefined ? "a signal" : `exit code ${code}`}; the registry runs with ${node.file} as it is, in part or not at all`,
			{
				suggestions: [
					"Look at the newest file in /var/log/gitlab/reconfigure there, or undo the change.",
				],
			},
		);
	const generated = await readGenerated(host, state.service, {}, call);
	const { text: found } = await readHostFile(host, node.file, call);
	const after = await serviceProcess(host, paths, call);
	const verdict = judge({
		expected,
		configured: inForce(generated),
		isFileKept: found === text,
		isRewritten: generated.sha256 !== old.sha256,
		writtenAt: generated.writtenAt,
		before,
		after,
	});
	if (verdict !== "in-force")
		throw failure(node, verdict, { state, generated, process: after?.name });
}

/** Says of a reconfigure that took too long in which state that leaves the registry. */
async function withinTime<T>(
	{ host, gitlabCtl, reconfigureTimeoutMs }: PackageNode,
	run: () => Promise<T>,
): Promise<T> {
	try {
		return await run();
	} catch (error) {
		if (!(error instanceof RegistryError && error.code === "timed-out"))
			throw error;
		throw new RegistryError(
			"timed-out",
			`${gitlabCtl} reconfigure on ${host.name} took longer than ${reconfigureTimeoutMs / 1000} s and was ended; the registry runs as before, as asked for, or not at all`,
			{
				suggestions: [
					"Look at the newest file in /var/log/gitlab/reconfigure there for what it waited for, then run this again or undo the change.",
				],
				cause: error,
			},
		);
	}
}

function failure(
	node: PackageNode,
	verdict: Exclude<Verdict, "in-force">,
	{
		state,
		generated,
		process = "",
	}: {
		readonly state: PackageState;
		readonly generated: Generated;
		readonly process?: string | undefined;
	},
): RegistryError {
	const { host, file, gitlabCtl } = node;
	const { configuration } = state.service;
	const wrote = new Date(generated.writtenAt).toISOString();
	const log = "Look at the newest file in /var/log/gitlab/reconfigure there.";
	switch (verdict) {
		case "reverted":
			return reverted(node, "what the registry runs with now is not known");
		case "not-generated":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded, but ${configuration} (of ${wrote}) does not say what ${file} does; the registry runs as before`,
				{
					suggestions: [
						log,
						"Is it that file which GitLab there is configured by?",
					],
				},
			);
		case "not-running":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded and ${configuration} is as asked for, but no registry runs`,
				{
					suggestions: [
						`Look at /var/log/gitlab/registry/current there; ${gitlabCtl} start registry starts it.`,
					],
				},
			);
		case "not-restarted":
			return new RegistryError(
				"failed",
				`${gitlabCtl} reconfigure on ${host.name} succeeded and ${configuration} is as asked for, but the registry (${process}) runs since before that and has not read it`,
				{ suggestions: [`Run ${gitlabCtl} restart registry there.`, log] },
			);
		default:
			return verdict satisfies never;
	}
}

function reverted({ host, file }: PackageNode, state: string): RegistryError {
	return new RegistryError(
		"changed",
		`${file} on ${host.name} is no longer as regmigrate wrote it: something else writes it; ${state}`,
		{
			suggestions: [
				"If a configuration management (Chef, Puppet, Ansible) keeps that file, have it pause for the time of the migration, or write the same.",
			],
		},
	);
}
