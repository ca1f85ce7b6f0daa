import { randomUUID } from "node:crypto";
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
	/** The registries that are served now for rehearsals of this one: their process ids. */
	served(): readonly string[];
	/** What was written for them on this machine, and not removed. */
	files(): readonly string[];
}

/** Starts a registry on a few images in a folder, with these variables, and describes it. */
export async function registryInUse(
	folder: string,
	version: RegistryOptions["version"],
	environment: Readonly<Record<string, string>> = {},
): Promise<RehearsedRegistry> {
	const source = join(folder, "storage");
	// What is started as this one is has the same variable.
	const mark = `REHEARSED=${randomUUID()}`;
	const [name = "", value = ""] = mark.split("=");
	writeSampleRegistry(source, {
		repositories: 5,
		tagsPerRepository: 2,
		layersPerTag: 2,
		multiPlatformEvery: 3,
		seed: 6,
	});
	const registry = await startRegistry({
		version,
		environment: { ...environment, [name]: value },
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
	return {
		source,
		flags: ["--registry-file", file],
		served: () =>
			readdirSync("/proc").filter(
				(pid) =>
					/^\d+$/.test(pid) &&
					contentOf(`/proc/${pid}/environ`).includes(mark) &&
					SERVED.test(contentOf(`/proc/${pid}/cmdline`)),
			),
		files: () =>
			readdirSync("/dev/shm").filter((one) =>
				contentOf(`/dev/shm/${one}/environment`).includes(mark),
			),
	};
}

const SERVED = /serve\0\S*regmigrate-rehearsal\./;

function contentOf(file: string): string {
	try {
		return readFileSync(file, "utf8");
	} catch {
		// It has ended, or was removed, meanwhile; or is something else.
		return "";
	}
}
