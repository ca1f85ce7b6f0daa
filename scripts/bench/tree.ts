import { createHash, hash } from "node:crypto";
import {
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	rmSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { SampleOptions } from "../sample-registry/options.ts";
import {
	type SampleSummary,
	writeSampleRegistry,
} from "../sample-registry/sample-registry.ts";

/** The source of a benchmark. */
export interface BenchTree {
	readonly directory: string;
	readonly options: SampleOptions;
	readonly summary: SampleSummary;
	/** What has to be at the target: of every key, the fingerprint. */
	readonly objects: ReadonlyMap<string, string>;
}

const GENERATOR = fileURLToPath(new URL("../sample-registry", import.meta.url));

/**
 * The tree for these options, from the cache or newly made. Every file is read once, which checks a cached tree
 * against its summary, and warms the file system's caches for every tool alike.
 */
export function provideTree(repositories: number): BenchTree {
	const options: SampleOptions = {
		repositories,
		// Not now: a registry's files are old, and tools may look twice at one that has just been written.
		modified: new Date("2024-05-01T12:00:00Z"),
	};
	const cached = readCachedTree(options);
	if (cached !== undefined) return cached;
	rmSync(folderOf(options), { recursive: true, force: true });
	const draft = `${folderOf(options)}.${process.pid}`;
	mkdirSync(join(draft, "tree"), { recursive: true });
	const summary = writeSampleRegistry(join(draft, "tree"), options);
	writeFileSync(join(draft, "summary.json"), JSON.stringify(summary));
	renameSync(draft, folderOf(options));
	const made = readCachedTree(options);
	if (made === undefined) throw new Error("The tree is not what was written");
	return made;
}

/** The one way to write the size and the hash of an object, so that a listing can be compared with a tree. */
export function fingerprint(size: number, hash: string): string {
	return `${size} ${hash}`;
}

/** The fingerprint of some content, by its MD5. */
export function fingerprintOf(content: Uint8Array): string {
	return fingerprint(content.length, hash("md5", content));
}

/** Reads all that is in a directory; it warms the caches, too. */
export function readObjects(directory: string): {
	readonly objects: ReadonlyMap<string, string>;
	readonly bytes: number;
} {
	const objects = new Map<string, string>();
	let bytes = 0;
	for (const entry of readdirSync(directory, {
		recursive: true,
		withFileTypes: true,
	})) {
		if (!entry.isFile()) continue;
		const path = join(entry.parentPath, entry.name);
		const content = readFileSync(path);
		bytes += content.length;
		objects.set(relative(directory, path), fingerprintOf(content));
	}
	return { objects, bytes };
}

function folderOf(options: SampleOptions): string {
	// The generator's own text is part of the name, so that a changed one makes a new tree.
	const made = createHash("sha256").update(JSON.stringify(options));
	for (const name of readdirSync(GENERATOR).sort())
		made.update(readFileSync(join(GENERATOR, name)));
	const name = made.digest("hex").slice(0, 16);
	return join(tmpdir(), "regmigrate-bench", name);
}

function readCachedTree(options: SampleOptions): BenchTree | undefined {
	const directory = join(folderOf(options), "tree");
	const summary = readSummary(join(folderOf(options), "summary.json"));
	if (summary === undefined) return undefined;
	const { objects, bytes } = readObjects(directory);
	const isWhole = objects.size === summary.files && bytes === summary.bytes;
	return isWhole ? { directory, options, summary, objects } : undefined;
}

function readSummary(path: string): SampleSummary | undefined {
	let json: string;
	try {
		json = readFileSync(path, "utf8");
	} catch {
		// Not made yet; a cache that cannot be read is made anew, too.
		return undefined;
	}
	// Written by us, with the tree, in one step.
	return JSON.parse(json) as SampleSummary;
}
