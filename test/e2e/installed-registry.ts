import { execFile } from "node:child_process";
import { cpSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { expect } from "vitest";
import { STEPS } from "../../src/cutover/steps.ts";
import { probeWrites } from "../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../src/registry/probe/registry-client.ts";
import { describeResult, type ProgramResult } from "../support/program.ts";
import { newBucket, services } from "../support/services.ts";
import { storeUrl } from "../support/store-url.ts";
import { beginPush, pushBlobs } from "./draining-registry.ts";
import {
	type ManagedOptions,
	type ManagedRegistry,
	startManaged,
} from "./managed-registry.ts";
import { runProgram } from "./program.ts";
import { pushManifest } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

/** What `--registry-version` calls them. */
export const VERSIONS = {
	"3": "distribution 3.1.2",
	"2": "distribution 2.8.2",
};

/** The steps in which pushes are refused, and those after them, as they are in the table: but for those of some registries only. */
export const WINDOW: readonly string[] = STEPS.slice(
	STEPS.findIndex(({ window }) => window === "opens"),
)
	.filter(({ isNeeded }) => isNeeded === undefined)
	.map(({ name }) => name);

/** Those of them that take so long that whatever comes when they begin comes before they end: a node is restarted in each. */
export const LONG: ReadonlySet<string> = new Set(["read-only", "switch"]);

/** A registry with a few images on a directory, and a bucket that it is to be moved to. */
export interface InstalledRegistry {
	readonly folder: string;
	readonly registry: ManagedRegistry;
	readonly bucket: string;
	readonly target: string;
	/** The flags that say which registry it is, and where the program keeps what it found. */
	readonly node: readonly string[];
	/** These, and how it is configured to the target. */
	readonly flags: readonly string[];
	/** The command that cuts it over without asking. */
	readonly words: readonly string[];
	/** Its configuration, before anything was changed. */
	readonly before: Buffer;
}

/** What is other than usual. */
export interface InstallOptions extends Partial<ManagedOptions> {
	/** Where the target's server is found; default where it is. */
	readonly endpoint?: string | undefined;
	/** Another target than a bucket of the run's S3 server. */
	readonly target?: string | undefined;
	/** Flags that say how it is configured to that. */
	readonly targetFlags?: readonly string[] | undefined;
}

/** Installs one. */
export async function installed(
	version: "3" | "2" = "3",
	options: InstallOptions = {},
): Promise<InstalledRegistry> {
	const { endpoint = services().s3.endpoint, targetFlags = [] } = options;
	const folder = await temporaryFolder();
	const registry = await startManaged({
		version,
		directory: join(folder, "registry"),
		...options,
	});
	for (const tag of ["v1", "v2"]) await push(registry, "team/app", tag);
	await push(registry, "team/other", "latest");
	const bucket = await newBucket();
	const server = { ...services().s3, endpoint };
	const { target = storeUrl(bucket, "/pre/fix", server).href } = options;
	const node = [
		...["--registry-config", registry.configFile],
		...["--restart", registry.restart],
		...["--state-directory", join(folder, "state")],
	];
	const flags = [
		...node,
		...["--registry-version", VERSIONS[version]],
		"--disable-redirect",
		...targetFlags,
	];
	return {
		...{ folder, registry, bucket, target, node, flags },
		// A rehearsal takes some seconds, and has tests of its own.
		words: [
			...["cutover", registry.storage, target, ...flags],
			...["--yes", "--no-rehearse"],
		],
		before: readFileSync(registry.configFile),
	};
}

/** The command that rolls a cutover back without asking: the same words, but for what only a cutover asks. */
export function rollbackWords({
	words,
}: Pick<InstalledRegistry, "words">): readonly string[] {
	const own = [
		...["--no-rehearse", "--no-verify", "--accept-damage"],
		"--database-backup-made",
	];
	return ["rollback", ...words.slice(1).filter((word) => !own.includes(word))];
}

/** Pushes an image; rejects when it was not acknowledged. */
export async function push(
	registry: Pick<ManagedRegistry, "server">,
	repository: string,
	tag: string,
): Promise<void> {
	const manifest = await pushBlobs(registry.server(), repository, tag);
	await pushManifest(registry.server(), repository, tag, manifest);
}

/**
 * Pushes one image after the other until it is told to stop, each manifest in two halves, so that some are under way
 * whenever something happens; resolves with those that were acknowledged.
 */
export function pushing(registry: Pick<ManagedRegistry, "server">) {
	let isStopped = false;
	const acknowledged: string[] = [];
	let refused = 0;
	const run = async () => {
		for (let number = 0; !isStopped; number++) {
			const tag = `n${number}`;
			try {
				const begun = await beginPush(registry.server(), "team/busy", tag);
				if ((await begun.finish()) !== 201) throw new Error("It was refused");
				acknowledged.push(`team/busy:${tag}`);
			} catch {
				// Read-only, or between two processes.
				refused++;
				await sleep(50);
			}
		}
	};
	const running = run();
	return async () => {
		isStopped = true;
		await running;
		return { acknowledged, refused };
	};
}

/** Restarts it, as its operator would. */
export async function restart({ restart }: ManagedRegistry): Promise<void> {
	await promisify(execFile)(restart);
}

/** A tag that comes into the source past the registry: another name for what one names. */
export function addTag(
	{ storage }: ManagedRegistry,
	repository: string,
	name: string,
	like: string,
): void {
	const tags = join(
		storage,
		`docker/registry/v2/repositories/${repository}/_manifests/tags`,
	);
	cpSync(join(tags, like), join(tags, name), { recursive: true });
}

/** Whether it takes writes, asked by a client of its own. */
export async function stateOf({
	url,
}: Pick<ManagedRegistry, "url">): Promise<string> {
	await using client = new RegistryClient(new URL(url));
	return (await probeWrites(client)).state;
}

/** Runs a command, which has to end with this code. */
export async function run(
	exitCode: number,
	...argv: readonly string[]
): Promise<ProgramResult> {
	const result = await runProgram(argv);
	expect(result.exitCode, describeResult(result)).toBe(exitCode);
	return result;
}

/** Proves that all is as it was: the configuration byte for byte, and pushes are taken, and lie in the source. */
export async function expectAsBefore({
	registry,
	before,
}: Pick<InstalledRegistry, "registry" | "before">): Promise<void> {
	expect(readFileSync(registry.configFile, "utf8")).toBe(before.toString());
	expect(await stateOf(registry)).toBe("writable");
	await push(registry, "team/app", "afterwards");
	expect(treeKeys(registry.storage)).toContain(
		"docker/registry/v2/repositories/team/app/_manifests/tags/afterwards/current/link",
	);
}

/** Proves that it is on the target, and takes writes there: the source gets none of them. */
export async function expectOnTarget({
	registry,
}: Pick<InstalledRegistry, "registry">): Promise<void> {
	expect(readFileSync(registry.configFile, "utf8")).not.toContain("filesystem");
	expect(await stateOf(registry)).toBe("writable");
	await push(registry, "team/app", "on-target");
	expect(treeKeys(registry.storage).join("\n")).not.toContain("on-target");
}
