import {
	chmodSync,
	existsSync,
	readFileSync,
	rmSync,
	truncateSync,
	writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { pathToFileURL } from "node:url";
import { describe, expect, test } from "vitest";
import {
	type Document,
	makeConfig,
	makeIndex,
	makeManifest,
	PLATFORMS,
} from "../../scripts/sample-registry/image.ts";
import { makeLayer } from "../../scripts/sample-registry/layer.ts";
import { requireTool } from "../../scripts/services/find-tool.ts";
import { startRedis } from "../../scripts/services/redis.ts";
import { runCommand } from "../../scripts/services/run-command.ts";
import { type Digest, formatDigest } from "../../src/layout/digest.ts";
import { blobKey, formatKey } from "../../src/layout/paths.ts";
import { probeWrites } from "../../src/registry/probe/probe-writes.ts";
import { RegistryClient } from "../../src/registry/probe/registry-client.ts";
import { noteVerification } from "../../src/verify/verification-notes.ts";
import {
	describeResult,
	finished,
	type ProgramResult,
	runProgram,
	startProgram,
} from "../support/program.ts";
import { hasTools } from "../support/services.ts";
import { type ManagedRegistry, startManaged } from "./managed-registry.ts";
import { pushBlob, pushManifest } from "./registry-client.ts";
import { temporaryFolder } from "./temporary-folder.ts";
import { treeKeys } from "./tree.ts";

const ACCEPT = [
	"application/vnd.oci.image.index.v1+json",
	"application/vnd.oci.image.manifest.v1+json",
].join(", ");

const REPOSITORY = "team/app";

interface Blob {
	readonly digest: Digest;
	readonly blob: Buffer;
}

/** A registry, how it is told of, and what is in it. */
async function registryWith(
	options: Partial<Parameters<typeof startManaged>[0]> = {},
) {
	const folder = await temporaryFolder();
	const registry = await startManaged({
		version: "3",
		directory: join(folder, "registry"),
		...options,
	});
	const flags = ["--state-directory", join(folder, "state")];
	const orphan = makeLayer("content", Buffer.from("nobody needs this"));
	await pushBlob(registry.server(), REPOSITORY, orphan);
	const image = await pushImage(registry, "v1");
	return {
		...{ folder, registry, orphan, image },
		flags: [
			...flags,
			...["--registry-config", registry.configFile],
			...["--restart", registry.restart],
		],
		/** Describes it by a file, with what is to be said besides. */
		described(...lines: readonly string[]) {
			const file = join(folder, "regmigrate.yml");
			writeFileSync(
				file,
				[
					"kind: distribution",
					`url: ${registry.url}`,
					`configuration: ${registry.configFile}`,
					`restart: ${registry.restart}`,
					...lines,
				].join("\n"),
			);
			return [...flags, "--registry-file", file];
		},
	};
}

/** Pushes an image under its name; or, untagged, under its digest alone. */
async function pushImage(
	registry: ManagedRegistry,
	name: string,
	{ isTagged = true, platform = PLATFORMS[0] } = {},
): Promise<{ readonly layer: Blob; readonly manifest: Document }> {
	const layer = makeLayer("content", Buffer.from(`content of ${name}`));
	const reference = { ...layer, size: layer.blob.length };
	const config = makeConfig(name, platform, [reference], "oci");
	await pushBlob(registry.server(), REPOSITORY, layer);
	await pushBlob(registry.server(), REPOSITORY, config);
	const manifest = makeManifest(config, [reference], "oci");
	await pushManifest(
		registry.server(),
		REPOSITORY,
		isTagged ? name : undefined,
		manifest,
	);
	return { layer, manifest };
}

/** Runs gc, which has to end with this code. */
async function gc(
	exitCode: number,
	...argv: readonly string[]
): Promise<ProgramResult> {
	const result = await runProgram(["gc", ...argv]);
	expect(result.exitCode, describeResult(result)).toBe(exitCode);
	return result;
}

async function stateOf({ url }: ManagedRegistry): Promise<string> {
	await using client = new RegistryClient(new URL(url));
	return (await probeWrites(client)).state;
}

async function statusOf(
	{ url }: ManagedRegistry,
	kind: "blobs" | "manifests",
	{ digest }: { readonly digest: Digest },
): Promise<number> {
	const response = await fetch(
		`${url}/v2/${REPOSITORY}/${kind}/${formatDigest(digest)}`,
		{ headers: { accept: ACCEPT } },
	);
	await response.arrayBuffer();
	return response.status;
}

/** What a process runs; "" when it has ended. */
function commandOf(pid: number): string {
	const file = `/proc/${pid}/cmdline`;
	return existsSync(file) ? readFileSync(file, "utf8") : "";
}

function has({ storage }: ManagedRegistry, { digest }: Blob): boolean {
	return existsSync(join(storage, blobKey(digest)));
}

describe.each(["3", "2"] as const)("version %s", (version) => {
	const tools = hasTools(`registry-${version}`);

	test.skipIf(!tools)(
		"garbage is named by a dry run, and collected; the images pull, and the registry takes writes again",
		async () => {
			const { registry, flags, orphan, image } = await registryWith({
				version,
			});
			const before = treeKeys(registry.storage);
			const configuration = readFileSync(registry.configFile);

			const dry = await gc(0, ...flags, "--dry-run");
			expect(dry.stdout).toContain("1 blob would be deleted");
			expect(dry.stdout).toContain(`  ${formatDigest(orphan.digest)}\n`);
			expect(dry.stdout).toContain("Nothing was changed.");
			expect(treeKeys(registry.storage)).toEqual(before);
			expect(registry.restarts()).toBe(0);

			const real = await gc(0, ...flags, "--yes");
			expect(real.stdout).toContain("1 blob deleted");
			expect(real.stdout).toContain("3 needed");
			expect(real.stdout).toContain("takes writes again, proven on");
			expect(has(registry, orphan)).toBe(false);
			expect(registry.restarts()).toBe(2);
			expect(readFileSync(registry.configFile)).toEqual(configuration);
			expect(await stateOf(registry)).toBe("writable");
			expect(await statusOf(registry, "manifests", image.manifest)).toBe(200);
			expect(await statusOf(registry, "blobs", image.layer)).toBe(200);
			await pushImage(registry, "v2");

			const again = await gc(0, ...flags, "--yes", "--json");
			expect(JSON.parse(again.stdout)).toMatchObject({
				collection: { blobs: 0, marked: 6, manifests: 0 },
				nodes: [{ state: "writable" }],
			});
		},
	);

	test.skipIf(!tools)(
		"untagged manifests are deleted only where the manifests of tagged indexes stay",
		async () => {
			const { registry, flags } = await registryWith({ version });
			const untagged = await pushImage(registry, "old", { isTagged: false });
			const platforms = await Promise.all(
				PLATFORMS.map(async (platform) => {
					const name = `app-${platform.architecture}`;
					const pushed = await pushImage(registry, name, {
						isTagged: false,
						platform,
					});
					return { platform, ...pushed };
				}),
			);
			const index = makeIndex(platforms, "oci");
			await pushManifest(registry.server(), REPOSITORY, "multi", index);
			const argv = [...flags, "--delete-untagged", "--yes"];
			if (version === "2") {
				const { stderr } = await gc(4, ...argv);
				expect(stderr).toContain("also deletes those that a tagged index");
				expect(registry.restarts()).toBe(0);
			} else {
				const { stdout } = await gc(0, ...argv);
				expect(stdout).toContain("and 1 manifest, and");
				expect(has(registry, untagged.layer)).toBe(false);
			}
			for (const { layer, manifest } of platforms) {
				expect(await statusOf(registry, "manifests", manifest)).toBe(200);
				expect(await statusOf(registry, "blobs", layer)).toBe(200);
			}
		},
	);
});

describe.skipIf(!hasTools("registry-3"))("the read-only window", () => {
	/** A program that says when it runs, and waits to be let go on. */
	async function heldRegistry() {
		const known = await registryWith();
		const at = (name: string) => join(known.folder, name);
		const { path } = await requireTool("registry-3");
		const program = at("held-registry");
		writeFileSync(
			program,
			[
				"#!/bin/sh",
				'case "$1" in garbage-collect)',
				`echo $$ >'${at("running")}'`,
				`while ! [ -e '${at("go")}' ]; do sleep 0.05; done`,
				"esac",
				`exec '${path}' "$@"`,
			].join("\n"),
		);
		chmodSync(program, 0o755);
		const argv = known.described(`program: ${program}`);
		const runs = async () => {
			while (!existsSync(at("running"))) await sleep(20);
			return Number(readFileSync(at("running"), "utf8"));
		};
		return { ...known, argv, runs, go: () => writeFileSync(at("go"), "") };
	}

	test("holds for as long as the collector runs", async () => {
		const { registry, argv, runs, go, orphan } = await heldRegistry();
		const program = await startProgram(["gc", ...argv, "--yes"]);
		await runs();
		expect(await stateOf(registry)).toBe("read-only");
		expect(has(registry, orphan)).toBe(true);
		const second = await gc(4, ...argv, "--yes");
		expect(second.stderr).toContain("Somebody else is changing this registry");
		go();
		const result = await finished(program);
		expect(result.exitCode, describeResult(result)).toBe(0);
		expect(has(registry, orphan)).toBe(false);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("is closed by Ctrl-C, when the collector has ended", async () => {
		const { registry, argv, runs, orphan } = await heldRegistry();
		const program = await startProgram(["gc", ...argv, "--yes"]);
		const pid = await runs();
		program.child.kill("SIGINT");
		const result = await finished(program);
		expect(result.exitCode, describeResult(result)).toBe(130);
		expect(result.stderr).toContain("as it was found: writable");
		expect(commandOf(pid)).toBe("");
		expect(has(registry, orphan)).toBe(true);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("is closed when a node takes writes meanwhile, and the collector is ended", async () => {
		const { registry, argv, runs, orphan } = await heldRegistry();
		const writable = readFileSync(registry.configFile);
		const program = await startProgram(["gc", ...argv, "--yes"]);
		await runs();
		writeFileSync(registry.configFile, writable);
		await runCommand(registry.restart, []);
		const result = await finished(program);
		expect(result.stderr).toContain("took writes while the collector ran");
		expect(result.exitCode, describeResult(result)).toBe(5);
		expect(has(registry, orphan)).toBe(true);
		expect(await stateOf(registry)).toBe("writable");
	});

	test("is closed when the collector fails: what it said, and what state the registry is in", async () => {
		const known = await registryWith();
		const program = join(known.folder, "broken-registry");
		writeFileSync(
			program,
			"#!/bin/sh\necho 'failed to garbage collect: disk on fire' >&2\nexit 1\n",
		);
		chmodSync(program, 0o755);
		const argv = known.described(`program: ${program}`);
		const { stderr } = await gc(5, ...argv, "--yes");
		expect(stderr).toContain("ended with exit code 1");
		expect(stderr).toContain("disk on fire");
		expect(stderr).toContain("is as it was found: writable");
		expect(await stateOf(known.registry)).toBe("writable");
		const dry = await gc(1, ...argv, "--dry-run");
		expect(dry.stderr).toContain("disk on fire");
	});

	test("stays open where the registry was made read-only before", async () => {
		const { registry, flags, orphan } = await registryWith();
		const on = await runProgram(["readonly", "on", ...flags, "--yes"]);
		expect(on.exitCode, describeResult(on)).toBe(0);
		const { stdout } = await gc(0, ...flags, "--yes");
		expect(stdout).toContain("Read-only, as it was before");
		expect(has(registry, orphan)).toBe(false);
		expect(await stateOf(registry)).toBe("read-only");
		const off = await runProgram(["readonly", "off", ...flags, "--yes"]);
		expect(off.exitCode, describeResult(off)).toBe(0);
		expect(await stateOf(registry)).toBe("writable");
	});
});

describe.skipIf(!hasTools("registry-3"))("a collection is refused", () => {
	test.each([
		[{ writing: { host: "a", pid: 1, since: "now" } }, "a pass writes to it"],
		[{ partial: "repositories" }, "left out a part of the source"],
		[{ unproven: true }, "blobs of another tool"],
		[{ nonce: "one", pass: 3 }, "is not known that nothing is missing"],
	])(
		"where the storage is the target of a migration: %j",
		async (marker, words) => {
			const { registry, flags, orphan } = await registryWith();
			writeFileSync(
				join(registry.storage, "regmigrate.json"),
				JSON.stringify({ source: "file:///elsewhere/", ...marker }),
			);
			const { stderr } = await gc(4, ...flags, "--yes");
			expect(stderr).toContain(words);
			expect(registry.restarts()).toBe(0);
			await gc(4, ...flags, "--dry-run");
			const isWhole = "nonce" in marker;
			await gc(isWhole ? 0 : 4, ...flags, "--verified", "--dry-run");
			const [, state = ""] = flags;
			const now = new Date().toISOString();
			noteVerification(state, {
				...{ source: "file:///elsewhere/", isEqual: true, lastPass: "one 3" },
				target: `${pathToFileURL(registry.storage).href}/`,
				...{ beganAt: now, endedAt: now },
			});
			await gc(isWhole ? 0 : 4, ...flags, "--yes");
			expect(has(registry, orphan)).toBe(!isWhole);
		},
	);

	test("where links hold no digest: they are named", async () => {
		const { registry, flags, image } = await registryWith();
		const { digest } = image.manifest;
		const link = formatKey({
			kind: "revision",
			repository: REPOSITORY,
			digest,
		});
		truncateSync(join(registry.storage, link), 0);
		const { stderr } = await gc(4, ...flags, "--yes");
		expect(stderr).toContain(`stops at: ${link}`);
		rmSync(join(registry.storage, link));
		await gc(0, ...flags, "--yes");
	});

	test("where the metadata are in a database", async () => {
		const { registry, flags } = await registryWith();
		const configuration = readFileSync(registry.configFile, "utf8");
		writeFileSync(
			registry.configFile,
			`${configuration}database: {enabled: true}\n`,
		);
		const { stderr } = await gc(4, ...flags, "--yes");
		expect(stderr).toContain("its metadata are in a database");
	});

	test("where nobody can be asked", async () => {
		const { flags } = await registryWith();
		const { stderr } = await gc(2, ...flags);
		expect(stderr).toContain("--yes");
	});
});

test.skipIf(!hasTools("registry-3", "redis"))(
	"what the registry remembers in Redis of blobs that were collected is forgotten",
	async () => {
		await using redis = await startRedis({
			directory: join(await temporaryFolder(), "redis"),
		});
		const { registry, flags, orphan } = await registryWith({
			lines: [`redis: {addrs: ["${redis.address}"]}`],
			storageLines: ["  cache: {blobdescriptor: redis}"],
		});
		expect(await statusOf(registry, "blobs", orphan)).toBe(200);
		const { stdout } = await gc(0, ...flags, "--yes");
		expect(stdout).toMatch(/Redis at 127.0.0.1:\d+: \d+ keys deleted/);
		expect(await statusOf(registry, "blobs", orphan)).toBe(404);
	},
);
