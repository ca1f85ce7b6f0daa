import type { Host } from "../host/host.ts";
import type { HostFile } from "../kept-file/host-file.ts";
import {
	overridesIn,
	type ProcessEnvironment,
} from "./environment-overrides.ts";

/** What an operator should know before a `config.yml` is changed: sentences. */
export function notesOn(
	{
		file: { path, target, text },
		environment,
	}: {
		readonly file: HostFile;
		readonly environment: ProcessEnvironment | undefined;
	},
	host: Host,
): readonly string[] {
	const overrides = overridesIn(environment ?? {});
	const manager = MANAGER.exec(text.slice(0, 2000))?.[1];
	return [
		...(target === path
			? []
			: [`${path} on ${host.name} leads to ${target}, which is replaced.`]),
		...(environment === undefined
			? [
					`Which variables the registry on ${host.name} is started with cannot be seen: one that begins with REGISTRY_ would override ${path}.`,
				]
			: []),
		...(overrides.length > 0
			? [
					`${overrides.join(", ")} override${overrides.length === 1 ? "s" : ""} ${path} in the registry's process, but nothing that is to be changed.`,
				]
			: []),
		...(manager === undefined
			? []
			: [
					`${path} on ${host.name} says that ${manager} manages it: have it pause, or it may put back what is changed.`,
				]),
	];
}

/** A comment at the beginning that names who writes the file. */
const MANAGER = /^#.*\b(ansible|chef|puppet|salt|terraform|cfengine)\b/im;
