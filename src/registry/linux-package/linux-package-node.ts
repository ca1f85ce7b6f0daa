import { GITLAB_RB, type LinuxPackageDescription } from "../description.ts";
import { overridesIn } from "../distribution/environment-overrides.ts";
import type { Host } from "../host/host.ts";
import { stillRunning } from "../host/processes.ts";
import type { Call, Change, RegistryNode } from "../node.ts";
import { requireSamePlace } from "../same-place.ts";
import type { EffectiveSettings, Settings } from "../settings.ts";
import { evaluate } from "./evaluated.ts";
import { editGitlabRb } from "./gitlab-rb.ts";
import {
	isStorageInEnvironment,
	PACKAGE_PATHS,
	type PackagePaths,
	readEnvironment,
	readService,
} from "./installation.ts";
import { toChange } from "./package-change.ts";
import type { PackageNode } from "./package-node.ts";
import { type PackageState, readPackageState } from "./package-state.ts";
import { requireNothingPending } from "./pending-refusal.ts";
import { readGenerated } from "./read-generated.ts";
import { serviceProcess } from "./service-process.ts";
import { accept, restore, undo } from "./way-back.ts";

export interface LinuxPackageOptions {
	/** Whether a reconfigure may bring into force what else is pending; default false: it is refused. */
	readonly acceptPending?: boolean | undefined;
	/** How long a reconfigure may take (ms); default 24 hours, for who switches a registry allows for less. */
	readonly reconfigureTimeoutMs?: number | undefined;
	/** Where the package is; default: where it always is. */
	readonly paths?: PackagePaths | undefined;
}

/** A node of GitLab's Linux package: `gitlab.rb` is edited (`gitlab-rb.ts`), and brought into force by a reconfigure. */
export function linuxPackageNode(
	description: LinuxPackageDescription,
	host: Host,
	options: LinuxPackageOptions = {},
): RegistryNode {
	const { name, url, configuration, gitlabCtl } = description;
	const node: PackageNode = {
		host,
		paths: options.paths ?? PACKAGE_PATHS,
		file: configuration ?? GITLAB_RB,
		gitlabCtl: gitlabCtl ?? "gitlab-ctl",
		reconfigureTimeoutMs: options.reconfigureTimeoutMs ?? 24 * 60 * 60_000,
		acceptPending: options.acceptPending ?? false,
	};
	return {
		name,
		host,
		url,
		settings: (call) => settings(node, call),
		change: (asked, call) => change(node, asked, call),
		undo: (call) => undo(node, call),
		accept: (given, call) => accept(node, given, call),
		restore: (given, how, call) => restore(node, given, how, call),
		async instances(call) {
			const found = await serviceProcess(host, node.paths, call);
			return found === undefined ? [] : [found];
		},
		remaining: (instances, call) => stillRunning(host, instances, call),
	};
}

async function settings(
	{ host, paths }: PackageNode,
	call: Call | undefined,
): Promise<EffectiveSettings> {
	const service = await readService(host, paths, call);
	const environment = await readEnvironment(host, service, call);
	return (await readGenerated(host, service, environment, call)).effective;
}

async function change(
	node: PackageNode,
	asked: Settings,
	call: Call | undefined,
): Promise<Change> {
	const state = await readPackageState(node, call);
	const evaluated = await evaluate(node, call);
	const { configuration, configured } = evaluated;
	requireSamePlace(
		asked,
		{ database: state.generated.effective.database ?? configured.database },
		`${node.file} on ${node.host.name}`,
	);
	const pending = requireNothingPending(node, state, configuration);
	const { file, outline } = state;
	const text = editGitlabRb(
		{ text: file.text, outline, file: node.file },
		asked,
		configured,
	);
	return toChange(node, { state, evaluated, text, asked }, [
		...pending,
		...(await notes(node, state, call)),
	]);
}

async function notes(
	{ host, file }: PackageNode,
	state: PackageState,
	call: Call | undefined,
): Promise<readonly string[]> {
	const environment = await readEnvironment(host, state.service, call);
	const isInEnvironment = await isStorageInEnvironment(host, call);
	return [
		...overridesIn(environment).map(
			(variable) =>
				`${variable} (registry['env']) overrides the registry's configuration on ${host.name}.`,
		),
		...(isInEnvironment
			? [
					`GITLAB_OMNIBUS_CONFIG sets the registry's storage on ${host.name}; ${file}, which is evaluated after it, goes before it.`,
				]
			: []),
		...(state.isBlockGone
			? [
					`${file} on ${host.name} no longer holds what regmigrate wrote: something else writes it, perhaps a configuration management (Chef, Puppet, Ansible). Have it pause, or write the same.`,
				]
			: []),
	];
}
