import { accessSync, constants } from "node:fs";
import { hostname } from "node:os";
import { delimiter, join, resolve } from "node:path";
import { Flags } from "@oclif/core";
import { ConfigurationError } from "../../registry/configuration-error.ts";
import type { RegistryDescription } from "../../registry/description.ts";
import { readText } from "../read-text.ts";
import { UsageError } from "../usage-error.ts";
import type { DescribedRegistry } from "./registry-file.ts";

/** The flags that say which registry is meant, of every command that looks after one. */
export const registryFlags = {
	"registry-file": Flags.string({
		helpValue: "FILE",
		exclusive: ["registry-config", "restart", "registry-url"],
		description:
			"how the registry is installed, and where its nodes are (default: regmigrate.yml here, /etc/regmigrate.yml, or what is found on this machine)",
	}),
	"registry-config": Flags.string({
		helpValue: "PATH",
		description:
			"of a registry on this machine, without a file: its config.yml, or gitlab.rb of GitLab's Linux package",
	}),
	restart: Flags.string({
		helpValue: "COMMAND",
		description:
			"what makes a changed config.yml effective, such as 'systemctl restart docker-registry'",
	}),
	"registry-url": Flags.string({
		helpValue: "URL",
		description:
			"where this registry itself answers, not a load balancer (default: as its configuration says)",
	}),
};

/** What the flags say. */
export interface RegistryWishes {
	readonly "registry-file": string | undefined;
	readonly "registry-config": string | undefined;
	readonly restart: string | undefined;
	readonly "registry-url": string | undefined;
}

/** The machine that is looked around on. */
export interface Machine {
	/** Where relative paths begin. */
	readonly directory: string;
	/** Where absolute ones do: `/`. */
	readonly root: string;
	/** The environment's PATH. */
	readonly path: string | undefined;
}

/** The machine that the program runs on. */
function thisMachine(): Machine {
	return { directory: process.cwd(), root: "/", path: process.env.PATH };
}

/**
 * Finds out which registry is meant.
 *
 * | flags                                        | the registry                                                          |
 * | -------------------------------------------- | --------------------------------------------------------------------- |
 * | --registry-file                              | as the file says                                                      |
 * | --registry-config, --restart, --registry-url | a node on this machine, of the kind of its configuration              |
 * | none                                         | as ./regmigrate.yml says, else /etc/regmigrate.yml, else a node here: |
 *
 * | there is                                     | then it is                                                            |
 * | -------------------------------------------- | --------------------------------------------------------------------- |
 * | /etc/gitlab/gitlab.rb, and gitlab-ctl        | GitLab's Linux package                                                |
 * | /etc/docker/registry/config.yml              | Distribution, if --restart says how it is restarted                   |
 *
 * Rejects with a `UsageError` when there is none, or too little is known of it.
 */
export async function describedRegistry(
	wishes: RegistryWishes,
	machine: Machine = thisMachine(),
): Promise<DescribedRegistry> {
	const { "registry-file": named } = wishes;
	if (named === "")
		throw new UsageError("--registry-file is empty", ["Name a file."]);
	if (named !== undefined)
		return await readFrom(resolve(machine.directory, named), true);
	const isTold =
		wishes["registry-config"] !== undefined ||
		wishes.restart !== undefined ||
		wishes["registry-url"] !== undefined;
	if (!isTold)
		for (const file of [
			join(machine.directory, "regmigrate.yml"),
			join(machine.root, "etc/regmigrate.yml"),
		])
			if (isThere(file)) return await readFrom(file, false);
	return await nodeHere(wishes, machine);
}

async function readFrom(
	file: string,
	isNamed: boolean,
): Promise<DescribedRegistry> {
	const text = await readText(
		file,
		(reason) =>
			new UsageError(
				`Cannot read the registry file ${file}: ${reason}`,
				isNamed
					? ["Check how it is spelled, and who may read it."]
					: [
							"Run this as who may read it, or name another with --registry-file.",
						],
			),
	);
	// Only here: who is told all by flags does not wait for parsers.
	const { parseRegistryFile } = await import("./registry-file.ts");
	return parseRegistryFile(text, file);
}

/** A node on this machine, told by flags or found. */
async function nodeHere(
	wishes: RegistryWishes,
	machine: Machine,
): Promise<DescribedRegistry> {
	const configuration = wishes["registry-config"] ?? found(machine);
	if (configuration === undefined || configuration === "")
		throw new UsageError("It is not known which registry is meant", [
			"Describe it in regmigrate.yml (see docs/registry.md), or name its configuration with --registry-config.",
		]);
	const path = resolve(machine.directory, configuration);
	const isLinuxPackage = path.endsWith(".rb");
	const { restart } = wishes;
	if (isLinuxPackage && restart !== undefined)
		throw new UsageError(
			`--restart is not needed for ${path}: gitlab-ctl restarts the registry`,
			["Leave it out."],
		);
	if (!isLinuxPackage && (restart === undefined || restart.trim() === ""))
		throw new UsageError(
			`It is not known how the registry of ${path} is restarted`,
			[
				"Say so with --restart, such as --restart 'systemctl restart docker-registry'.",
			],
		);
	const url = await urlHere(
		wishes["registry-url"],
		isLinuxPackage ? join(machine.root, GENERATED) : path,
	);
	const node = { name: hostname(), url, configuration: path };
	const description: RegistryDescription =
		restart === undefined
			? { kind: "linux-package", nodes: [node] }
			: { kind: "distribution", nodes: [{ ...node, restart }] };
	return { from: path, description, access: {}, cutover: {} };
}

/** What GitLab's Linux package generates. Source: omnibus-gitlab, attributes/default.rb, registry['dir']. */
const GENERATED = "var/opt/gitlab/registry/config.yml";

/** Where a configuration is looked for. */
function found({ root, path = "" }: Machine): string | undefined {
	const gitlab = join(root, "etc/gitlab/gitlab.rb");
	const hasGitlabCtl = path
		.split(delimiter)
		.some((directory) => isThere(join(directory, "gitlab-ctl")));
	const distribution = join(root, "etc/docker/registry/config.yml");
	return [...(hasGitlabCtl ? [gitlab] : []), distribution].find(isThere);
}

async function urlHere(
	told: string | undefined,
	configuration: string,
): Promise<URL> {
	const { URL_FORM, isNodeUrl } = await import("./registry-file-schema.ts");
	if (told !== undefined) {
		if (isNodeUrl(told)) return new URL(told);
		throw new UsageError(`--registry-url has to be ${URL_FORM}`);
	}
	const unknown = (reason: string, ...suggestions: string[]) =>
		new UsageError(`It is not known where the registry answers: ${reason}`, [
			...suggestions,
			"Say so with --registry-url, such as --registry-url http://127.0.0.1:5000.",
		]);
	const text = await readText(configuration, (reason) =>
		unknown(
			`${configuration} cannot be read: ${reason}`,
			"Check how it is spelled, and who may read it.",
		),
	);
	const { parseYaml, isMap } = await import(
		"../../registry/configuration-yaml.ts"
	);
	const { nodeUrl } = await import("../../registry/node-url.ts");
	try {
		const tree = parseYaml(text, configuration);
		const url = isMap(tree) ? nodeUrl(tree) : undefined;
		if (url !== undefined) return url;
	} catch (error) {
		if (error instanceof ConfigurationError) throw unknown(error.message);
		throw error;
	}
	throw unknown(`${configuration} does not say it in http.addr`);
}

function isThere(file: string): boolean {
	try {
		accessSync(file, constants.F_OK);
		return true;
	} catch {
		// Not there, or in a directory that may not be entered: then it cannot be used either.
		return false;
	}
}
