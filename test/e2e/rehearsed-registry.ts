import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import {
	filesystemStorage,
	type RegistryOptions,
	startRegistry,
} from "../../scripts/services/registry.ts";

/** A registry in use, which is rehearsed. */
export interface RehearsedRegistry {
	/** Its storage. */
	readonly source: string;
	/** The flags that say which registry it is. */
	readonly flags: readonly string[];
}

/** Starts a registry on a few images in a folder, with these variables, and describes it. */
export async function registryInUse(
	folder: string,
	version: RegistryOptions["version"],
	environment: Readonly<Record<string, string>> = {},
): Promise<RehearsedRegistry> {
	const source = join(folder, "storage");
	writeSampleRegistry(source, {
		repositories: 5,
		tagsPerRepository: 2,
		layersPerTag: 2,
		multiPlatformEvery: 3,
		seed: 6,
	});
	const registry = await startRegistry({
		version,
		environment,
		directory: join(folder, "registry"),
		storage: filesystemStorage(source),
	});
	onTestFinished(() => registry.stop());
	const file = join(folder, "regmigrate.yml");
	writeFileSync(
		file,
		`kind: distribution
name: registry-1
url: ${registry.url}
configuration: ${registry.configFile}
restart: exit 1
`,
	);
	return { source, flags: ["--registry-file", file] };
}

/** The command lines of all registries that are served for rehearsals on this machine. */
export function servedForRehearsals(): readonly string[] {
	return readdirSync("/proc")
		.filter((name) => /^\d+$/.test(name))
		.map((pid) => {
			try {
				return readFileSync(`/proc/${pid}/cmdline`, "utf8");
			} catch {
				// It has ended meanwhile.
				return "";
			}
		})
		.filter((line) => /serve\0\S*regmigrate-rehearsal\./.test(line));
}

/** What rehearsals have written on this machine, and not removed. */
export function rehearsalFiles(): readonly string[] {
	return readdirSync("/dev/shm").filter((name) =>
		name.startsWith("regmigrate-rehearsal."),
	);
}
