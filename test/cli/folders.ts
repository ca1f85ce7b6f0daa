import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { SampleOptions } from "../../scripts/sample-registry/options.ts";
import { writeSampleRegistry } from "../../scripts/sample-registry/sample-registry.ts";
import { treeKeys } from "../e2e/tree.ts";

/** Makes a folder that goes with the test. */
export function temporaryFolder(): string {
	const folder = mkdtempSync(join(tmpdir(), "regmigrate-cli-"));
	onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
	return folder;
}

/** Writes a file, with the folders above it. */
export function write(path: string, content = "x"): void {
	mkdirSync(dirname(path), { recursive: true });
	writeFileSync(path, content);
}

/** A registry, and an empty folder to copy it to. */
export interface Migration {
	/** Holds both. */
	readonly folder: string;
	readonly source: string;
	readonly target: string;
}

/** A small registry to migrate, `below` that in its folder. */
export function migration(
	options: SampleOptions = {},
	below: string = "",
): Migration {
	const folder = join(temporaryFolder(), below);
	const [source, target] = [join(folder, "source"), join(folder, "target")];
	mkdirSync(source, { recursive: true });
	mkdirSync(target);
	writeSampleRegistry(source, {
		repositories: 2,
		tagsPerRepository: 2,
		layersPerTag: 2,
		sharedLayersPerTag: 1,
		layerBytes: 16,
		multiPlatformEvery: 0,
		...options,
	});
	return { folder, source, target };
}

/** The keys of all that a registry can see in a folder, in order. */
export function registryKeys(folder: string): readonly string[] {
	return treeKeys(folder).filter((key) => key.startsWith("docker/"));
}
