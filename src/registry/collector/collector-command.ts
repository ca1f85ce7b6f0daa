import type {
	DistributionDescription,
	HooksDescription,
	RegistryDescription,
} from "../description.ts";
import type { Host } from "../host/host.ts";
import { shellWords } from "../host/shell-words.ts";
import {
	PACKAGE_PATHS,
	type PackagePaths,
	readService,
} from "../linux-package/installation.ts";
import type { Call, RegistryNode } from "../node.ts";
import { RegistryError } from "../registry-error.ts";
import { type CollectorVersion, parseVersion } from "./collector-version.ts";
import type { CollectorCommand } from "./run-collector.ts";

/** What a collector is told. */
export interface CollectorWishes {
	readonly isDryRun: boolean;
	readonly deletesUntagged: boolean;
}

/** A registry's collector, and what its program is. */
export interface FoundCollector extends CollectorCommand {
	/** `undefined`: it is not known. */
	readonly version: CollectorVersion | undefined;
}

/**
 * How the collector of a registry is run, on its first node: all nodes have one storage. Rejects with a `RegistryError`
 * where it cannot be. `paths` is where GitLab's Linux package is.
 */
export async function findCollector(
	description: RegistryDescription,
	node: RegistryNode,
	wishes: CollectorWishes,
	call: Call,
	paths: PackagePaths = PACKAGE_PATHS,
): Promise<FoundCollector> {
	const { host } = node;
	switch (description.kind) {
		case "distribution": {
			const described = descriptionOf(description.nodes, node);
			const pid = (at: Call) => servingProcess(node, at);
			const program = await programOf(described, host, await pid(call), call);
			const { configuration } = described;
			return await found(host, [program], configuration, pid, wishes, call);
		}
		case "linux-package": {
			const service = await readService(host, paths, call);
			const { program, configuration, environment, user } = service;
			const words: readonly [string, ...string[]] = [
				`${paths.installation}/embedded/bin/chpst`,
				...(environment === undefined ? [] : ["-e", environment]),
				...(user === undefined ? [] : ["-U", user, "-u", user]),
				program,
			];
			return await found(host, words, configuration, NONE, wishes, call);
		}
		case "hooks":
			return hooksCollector(
				descriptionOf(description.nodes, node),
				host,
				wishes,
			);
		case "helm":
			throw new RegistryError(
				"refused",
				`Cannot collect the garbage of ${node.name}: it is not known yet how that is done in a pod`,
				{
					suggestions: [
						"Make the registry read-only with readonly on, run registry garbage-collect /etc/docker/registry/config.yml in one of its pods, then readonly off.",
					],
				},
			);
		default:
			return description satisfies never;
	}
}

/** Its command brings the environment itself. */
const NONE = async () => undefined;

function descriptionOf<Node extends { readonly name: string }>(
	nodes: readonly Node[],
	{ name }: RegistryNode,
): Node {
	const described = nodes.find((one) => one.name === name);
	if (described === undefined) throw new Error(`${name} is not described`);
	return described;
}

/** Both generations, and GitLab's registry, take the long names. Source: registry/root.go. */
function flagsFor({ isDryRun, deletesUntagged }: CollectorWishes) {
	return [
		...(isDryRun ? ["--dry-run"] : []),
		...(deletesUntagged ? ["--delete-untagged"] : []),
	];
}

async function found(
	host: Host,
	program: readonly [string, ...string[]],
	configuration: string,
	environmentOf: CollectorCommand["environmentOf"],
	wishes: CollectorWishes,
	{ signal }: Call,
): Promise<FoundCollector> {
	const command: readonly [string, ...string[]] = [
		...program,
		"garbage-collect",
		...flagsFor(wishes),
		configuration,
	];
	const said = await host.run([...program, "--version"], { signal });
	return {
		...{ host, environmentOf, command },
		shown: shellWords(command),
		version: parseVersion(`${said.stdout} ${said.stderr}`),
	};
}

/** The id of a process that serves the registry; `undefined`: it cannot be told. */
async function servingProcess(
	node: RegistryNode,
	call: Call,
): Promise<string | undefined> {
	const [first] = (await node.instances(call)) ?? [];
	return first?.id.split("@", 1)[0];
}

/** The program that is described, else the one that serves. */
async function programOf(
	{ name, program }: DistributionDescription,
	host: Host,
	pid: string | undefined,
	{ signal }: Call,
): Promise<string> {
	if (program !== undefined) return program;
	const { stdout } = await host.run(
		["readlink", `/proc/${pid ?? "none"}/exe`],
		{
			signal,
		},
	);
	const path = stdout.toString().trim();
	if (/\/(docker-)?registry$/.test(path)) return path;
	throw new RegistryError(
		"refused",
		`Cannot collect the garbage of ${name}: it is not known which program its registry is`,
		{
			suggestions: [
				"Start the registry, of which none is seen to run; or say so in regmigrate.yml, such as program: /usr/bin/docker-registry.",
			],
		},
	);
}

/** The operator's line is given the flags as its arguments. */
function hooksCollector(
	{ name, collect }: HooksDescription,
	host: Host,
	wishes: CollectorWishes,
): FoundCollector {
	const flags = flagsFor(wishes);
	if (collect === undefined)
		throw new RegistryError(
			"refused",
			`Cannot collect the garbage of ${name}: no command for it is described`,
			{ suggestions: ["Describe it in regmigrate.yml: collect."] },
		);
	if (flags.length > 0 && !/\$[@*]/.test(collect))
		throw new RegistryError(
			"refused",
			`Cannot collect the garbage of ${name} with ${flags.join(" and ")}: the command that is described for it takes no flags`,
			{
				suggestions: [
					'Have it pass them on, as in collect: registry garbage-collect "$@" /etc/docker/registry/config.yml.',
				],
			},
		);
	return {
		host,
		command: ["sh", "-c", collect, "sh", ...flags],
		environmentOf: NONE,
		shown: [collect, ...flags].join(" "),
		version: undefined,
	};
}
