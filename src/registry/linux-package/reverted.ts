import { RegistryError } from "../registry-error.ts";
import type { PackageNode } from "./package-node.ts";

/** What is said when `gitlab.rb` is no longer as we wrote it. `state` is what follows from that: a clause. */
export function reverted(
	{ host, file }: PackageNode,
	state: string,
): RegistryError {
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
